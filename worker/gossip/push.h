// push: every interval the full state goes to a random node and to a random topology neighbour.
//
// The protocol of the article "Implementing and testing a gossip protocol with Rust" (interval
// 50 ms), kept faithful as the yardstick for the others. It never stops sending and its messages
// grow with the state, but whatever is lost is sent again until it arrives. With a fanout of n it
// is n random nodes and n random neighbours. Nodes start at a random phase of the interval; one
// that knows no value yet is not woken.
#pragma once

#include <optional>

#include "common/options/service_options.h"
#include "worker/gossip/strategy.h"

namespace hearsay::gossip {

class Push final : public Strategy {
 public:
  Push(const GossipOptions& options, Knowledge& knowledge);

  void start(core::Context& context) override;
  void on_timer(core::Context& context, std::uint32_t token) override;
  void on_news(core::Context& context, std::span<const std::string> values,
               std::string_view source) override;

 private:
  void begin_rounds(core::Context& context);
  void push_to_some(core::Context& context, const core::Roster& nodes);

  std::int64_t interval_ns_;
  std::uint64_t fanout_;
  std::optional<std::int64_t> due_ns_;  // of the round that the timer is set for
};

}  // namespace hearsay::gossip
