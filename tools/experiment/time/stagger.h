// The gaps between operations, as Jepsen's `stagger` draws them: uniform between 0 and twice the
// mean, counted from the moment at which the last operation really started. The first one is due at
// once. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/base/units.h"
#include "tools/experiment/time/random.h"

namespace hearsay::bench {

// Between operations at a rate above 0, in ns: some years at most.
inline std::int64_t mean_gap_ns(double rate_hz) {
  constexpr double kLongestNs = 1e17;
  return static_cast<std::int64_t>(
      std::min(static_cast<double>(kNsPerSecond) / rate_hz, kLongestNs));
}

class Stagger {
 public:
  // `first_ns`: when the first operation is due.
  Stagger(std::int64_t mean_gap_ns, std::int64_t first_ns, Random random)
      : mean_gap_ns_(mean_gap_ns), next_ns_(first_ns), random_(random) {}

  std::int64_t next_ns() const { return next_ns_; }
  void started(std::int64_t now_ns) { next_ns_ = now_ns + draw_gap_ns(); }
  std::int64_t draw_gap_ns() {
    return static_cast<std::int64_t>(2.0 * static_cast<double>(mean_gap_ns_) * random_.unit());
  }

 private:
  std::int64_t mean_gap_ns_;
  std::int64_t next_ns_;
  Random random_;
};

}  // namespace hearsay::bench
