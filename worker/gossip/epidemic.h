// epidemic: rounds in which everyone forwards, without any relay.
//
// Time is cut into rounds. What a node took from clients since the last round it sends to some
// peers at the start of the next, they send it on to others, and these to their partners: three
// steps. The nodes stand in a circle; the first step covers the multiples of one distance, the
// second those of a shorter one in between, the third the direct neighbours. So N-1 deliveries
// reach everyone, the load is even, and in the last step a node gets a single message. Distances
// are counted in steps of a stride that every round draws anew for all nodes, by hash of its
// number: peers are random from round to round, though all agree within one. (The steps are those
// of a k-nomial broadcast; random partners: Demers et al., 1987.)
//
// Rounds cost less when all nodes begin them together, since messages share their way; each node
// shifts its rounds a little towards those of whoever it hears from (Mirollo and Strogatz,
// Synchronization of Pulse-Coupled Biological Oscillators, 1990). No clock is trusted and a node
// that is off loses time, not values.
//
// A round takes four fifths of the latency budget; the rest is for the hops. What gets lost shows
// as a gap in somebody's sequence, or when the cluster falls silent, and is pulled (repair.h). Not
// thread-safe; pure.
#pragma once

#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "worker/gossip/alarm.h"
#include "worker/gossip/ledger.h"
#include "worker/gossip/repair.h"
#include "worker/gossip/strategy.h"
#include "worker/gossip/streams.h"

namespace hearsay::gossip {

class Epidemic final : public Strategy, private Repair::Host {
 public:
  Epidemic(const GossipOptions& options, Knowledge& knowledge);

  void start(core::Context& context) override;
  void on_timer(core::Context& context, std::uint32_t token) override;
  void on_news(core::Context& context, std::span<const std::string> values,
               std::string_view source) override;
  void on_topology(core::Context& context) override { repair_.on_joined(context); }
  void handle(core::Context& context, const protocol::Message& message) override;
  void replay(std::uint16_t kind, std::string_view payload) override;
  void snapshot(const core::Service::ChangeSink& sink) const override;

 private:
  // Values that wait to be sent on in a later step of their round.
  struct Forward {
    std::vector<std::uint32_t> positions;
    std::int64_t due_ns;
  };

  // When rounds begin on this node's clock, and the latency by which it was found.
  struct Phase {
    std::int64_t hop_ns;
    std::int64_t offset_ns;
  };

  // Repair::Host.
  std::int64_t hop_ns() const override { return hop_ns_; }
  std::int64_t deadline_ns() const override { return 2 * round_ns_; }
  std::int64_t settled_age_ns(const core::Context& /*context*/) const override {
    return 5 * hop_ns_ / 2;
  }
  void on_loss(core::Context& /*context*/) override {}
  std::uint64_t epoch() const override { return 0; }
  void hear_of_epoch(core::Context& /*context*/, std::uint64_t /*epoch*/) override {}
  const std::deque<Batch>& batches() const override { return no_batches_; }
  void on_filled(core::Context& context, const std::vector<std::uint32_t>& news) override;

  std::int64_t round_start_ns(std::int64_t now_ns) const;
  void begin_round(core::Context& context);
  void forward_later(core::Context& context, std::uint64_t round, std::uint32_t step,
                     const std::vector<std::uint32_t>& positions);
  void hasten(core::Context& context, std::uint64_t round, std::uint32_t step);
  void send_step(core::Context& context, std::uint64_t round, std::uint32_t step,
                 std::vector<std::uint32_t>& positions);
  void adjust(core::Context& context, std::uint64_t since_start_us);
  void handle_spread(core::Context& context, const protocol::Message& message);
  void tick(core::Context& context);

  std::int64_t round_ns_;
  std::int64_t hop_ns_;  // measured, with the offset
  Phase phase_;          // what the journal has of both
  Ledger ledger_;
  Streams streams_;  // empty: there are no roots
  std::deque<Batch> no_batches_;
  Repair repair_;
  Alarm alarm_;
  std::int64_t offset_ns_ = 0;       // of the rounds, on this node's clock
  std::vector<std::uint32_t> owed_;  // own values, for the next round
  std::int64_t round_due_ns_ = 0;    // while something is owed
  std::map<std::pair<std::uint64_t, std::uint32_t>, Forward> forwards_;  // by round and step
};

}  // namespace hearsay::gossip
