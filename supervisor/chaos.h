// Random times for killing the own worker (--chaos-kill-ms): exponentially distributed gaps, so
// that kills hit any instruction. Same seed and node name, same gaps.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

namespace hearsay::supervisor {

class Chaos {
 public:
  // A mean of 0 never kills.
  Chaos(std::int64_t mean_ms, std::uint64_t seed) : mean_ms_(mean_ms), seed_(seed) {}

  // The node's name is known and work begins.
  void begin(std::string_view node, std::int64_t now_ns);
  std::optional<std::int64_t> next_ns() const { return next_ns_; }
  // True when a kill is due; plans the next one.
  bool take_due(std::int64_t now_ns);

 private:
  void plan(std::int64_t now_ns);

  std::int64_t mean_ms_;
  std::uint64_t seed_;
  std::mt19937_64 engine_;
  std::optional<std::int64_t> next_ns_;
};

}  // namespace hearsay::supervisor
