// g-counter (challenge 4, https://fly.io/dist-sys/4/) and pn-counter: a number to which every node
// adds, at any time and in any partition; a g-counter only grows.
//
// What a node was asked to add it keeps as two sums, of what went up and what went down: one entry
// for each source (node, incarnation), which only that source changes. The counter is the sum of
// all entries; no operation is kept. Entries spread as gossip::Replica does it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/options/service_options.h"
#include "worker/core/service.h"
#include "worker/gossip/replica.h"

namespace hearsay::services {

// Both sums only grow. (After a power cut a source may have others of the same total: then any
// order will do that is the same everywhere.)
struct CounterSums {
  std::uint64_t up;
  std::uint64_t down;
};

// What is replicated; see gossip::Replica.
struct CounterKind {
  using Key = gossip::Source;
  using Value = CounterSums;
  static constexpr bool kEntriesStandAlone = true;
  __extension__ using Total = __int128;

  static bool newer(const Value& a, const Value& b) {
    return std::pair(a.up + a.down, a.up) > std::pair(b.up + b.down, b.up);
  }
  static void write(std::string& json, const Key& source, const Value& sums);
  static std::pair<Key, Value> read(std::string_view json, std::size_t nodes);
  void took(const Key& source, const Value* before, const Value& now);

  Total total = 0;
};

class Counter final : public core::Service {
 public:
  enum class May { grow, grow_and_shrink };
  Counter(May may, const GossipOptions& gossip)
      : may_(may), sums_(kind_, gossip, gossip.max_line_bytes) {}

  std::span<const std::string_view> types() const override {
    static constexpr std::array<std::string_view, 3> kTypes{"add", "read", gossip::kDeltaType};
    return kTypes;
  }
  void handle(core::Context& context, const protocol::Message& message) override;
  void on_new_incarnation(core::Context& context) override { sums_.on_new_incarnation(context); }
  void start(core::Context& context) override { sums_.start(context); }
  void on_timer(core::Context& context, std::uint32_t /*token*/) override {
    sums_.on_timer(context);
  }
  void replay(std::uint16_t kind, std::string_view payload) override {
    sums_.replay(kind, payload);
  }
  void snapshot(const ChangeSink& sink) const override { sums_.snapshot(sink); }
  std::uint64_t snapshot_bytes() const override { return sums_.snapshot_bytes(); }

 private:
  void add(core::Context& context, const protocol::Message& message);
  void read(core::Context& context, const protocol::Message& message);

  May may_;
  CounterKind kind_;
  gossip::Replica<CounterKind> sums_;
};

}  // namespace hearsay::services
