// epidemic: everyone sends to a few peers at every tick, without any relay.
//
// A value spreads along the dimensions of a lattice (lattice.h): at each tick a node sends what it
// has to its neighbours along one dimension, at the next tick along the next, and in one cycle
// through all dimensions a value has reached everyone. Values of all origins share these messages,
// since all nodes send over the same distances; N-1 deliveries, no node more important than
// another. The circle that the distances are counted around is drawn anew for every era of some
// cycles: so peers are random, though all agree on them. Eras only grow; whoever hears of a later
// one is in it.
//
// Every message also repeats what its sender has learned in the last cycle, as far as it is short.
// Neighbours differ from dimension to dimension, so what was lost on one way comes on another
// (random partners that push what is new: Demers et al., Epidemic Algorithms for Replicated
// Database Maintenance, 1987). What was lost even so shows as a gap in somebody's sequence, or when
// the cluster falls silent, and is pulled (repair.h).
//
// Values travel fastest when all nodes are in the same cycle; each node shifts its own a little
// towards those of whoever it hears from (Mirollo and Strogatz, Synchronization of Pulse-Coupled
// Biological Oscillators, 1990). No clock is trusted, and a node that is off loses time, not
// values.
//
// A cycle takes 88 % of the latency budget. Not thread-safe; pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/options/service_options.h"
#include "worker/gossip/hop_estimate.h"
#include "worker/gossip/identified_strategy.h"
#include "worker/gossip/lattice.h"

namespace hearsay::gossip {

class Epidemic final : public IdentifiedStrategy {
 public:
  Epidemic(const GossipOptions& options, Knowledge& knowledge);

  void on_news(core::Context& context, std::span<const std::string> values,
               std::string_view source) override;
  void replay(std::uint16_t kind, std::string_view payload) override;
  void snapshot(const core::Service::ChangeSink& sink) const override;

 private:
  // A value that is still to be sent along some dimensions.
  struct Spreading {
    std::uint64_t era;
    std::uint32_t position;  // in the log
    Dimensions left;
  };
  // What a node has found out about time: the journal has it, so that a new worker goes on with it.
  struct Phase {
    std::int64_t hop_ns;     // the latency of a hop, modulo a cycle
    std::int64_t offset_ns;  // when cycles begin on this node's clock
    std::uint64_t era;
    std::int64_t era_began_ns;
  };

  void see_cluster(const core::Context& context) override;
  void resume(core::Context& context) override;
  void receive(core::Context& context, const protocol::Message& message) override;
  void do_due(core::Context& context) override;

  // Repair::Host.
  // The phase tells only what is left of whole cycles.
  std::int64_t hop_ns() const override {
    return std::max(phase_.hop_ns, HopEstimate::kAssumedHopNs);
  }
  std::int64_t margin_ns() const override { return hop_ns() / 4; }
  std::int64_t deadline_ns() const override { return cycle_ns_ + 2 * hop_ns(); }
  std::int64_t settled_age_ns(const core::Context& /*context*/) const override { return cycle_ns_; }

  std::int64_t tick_number(std::int64_t at_ns) const;
  std::int64_t into_cycle_ns(const core::Context& context) const;

  void spread(core::Context& context, std::uint32_t position, std::uint64_t era, Dimensions left);
  void send_along(core::Context& context, std::uint32_t dimension);
  void send_in_era(core::Context& context, std::uint64_t era, std::span<const Spreading> values,
                   std::uint32_t dimension);
  void catch_up(core::Context& context);
  void cleared(std::uint32_t dimension);
  void enter_era(core::Context& context, std::uint64_t era);
  void adjust(core::Context& context, std::uint64_t into_cycle_us);
  void handle_spread(core::Context& context, const protocol::Message& message);

  std::int64_t cycle_ns_;
  std::int64_t tick_ns_ = 0;  // a cycle's part for one dimension
  std::uint32_t most_dimensions_;
  std::optional<Lattice> lattice_;  // once the cluster is known
  Phase phase_{};
  Phase journalled_{};
  std::vector<Spreading> spreading_;
  std::vector<Dimensions> granted_;      // by position: along which a value went or will go
  std::int64_t last_tick_ = kLongAgoNs;  // ticks up to this one are done
  Dimensions late_ = 0;  // along which something is left of what this step's message brought
};

}  // namespace hearsay::gossip
