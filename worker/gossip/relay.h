// relay: one node at a time, the relay, collects values and sends them on in batches.
//
// A node that takes a value tells it to the relay at once; the relay sends what it has collected to
// all nodes, at most once a period (pace.h), down a tree if they are many (spread_tree.h). A value
// costs one message to the relay and a share of a batch; the busier the cluster, the cheaper a
// value. Nothing is sent when nothing is new. With a latency budget too small for the way over a
// relay every node is the root of its own batches, which repeat what it has just learned of others.
//
// Who is the relay is decided by the epoch: node number epoch mod N. A teller expects its value
// back in a batch within a deadline. If not, it tells again, which the relay answers at once. If
// the relay is not heard even so, the teller takes over: it moves to the next epoch in which it is
// the relay itself, and its batch, which goes to everyone, says so. The highest epoch wins. So each
// side of a partition has a relay of its own within one deadline; afterwards the one with the lower
// epoch resigns, and both sides fill each other in (repair.h).
//
// Late is not lost: what a node takes for lost is later than all that it has measured
// (hop_estimate.h), and one such message changes nothing but that it is told again. Each batch
// repeats those before it, as many as the measured rate of loss asks for (loss_rate.h); at higher
// rates tells go twice. In unrest they don't: what doesn't arrive in a partition is not lost by
// chance.
//
// What a relay owes (values not yet sent), what came back, batches and epoch stand in the journal:
// a worker's death loses no message and no time. Sources: the relay is a sequencer as in Chang and
// Maxemchuk, Reliable Broadcast Protocols, 1984, without the order; epochs as the views of Oki and
// Liskov, Viewstamped Replication, 1988, without the agreement, which values that commute don't
// need. Not thread-safe; pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/options/service_options.h"
#include "worker/gossip/arrival_count.h"
#include "worker/gossip/batch_header.h"
#include "worker/gossip/hop_estimate.h"
#include "worker/gossip/identified_strategy.h"
#include "worker/gossip/loss_rate.h"
#include "worker/gossip/owed_list.h"
#include "worker/gossip/pace.h"
#include "worker/gossip/told_list.h"

namespace hearsay::gossip {

class Relay final : public IdentifiedStrategy {
 public:
  Relay(const GossipOptions& options, Knowledge& knowledge);

  void on_new_incarnation(core::Context& context) override;
  void on_news(core::Context& context, std::span<const std::string> values,
               std::string_view source) override;
  void on_restored(std::uint32_t position, Fate fate) override;
  void replay(std::uint16_t kind, std::string_view payload) override;
  void snapshot(const core::Service::ChangeSink& sink) const override;

 private:
  // A hop to measure: whose tell it was, the teller's time, ours when it came.
  struct Ping {
    std::uint32_t rank;
    std::uint64_t sent_us;
    std::int64_t taken_ns;
  };

  // Sets the pace.
  void see_cluster(const core::Context& context) override;
  void resume(core::Context& context) override;
  void receive(core::Context& context, const protocol::Message& message) override;
  void do_due(core::Context& context) override;

  // Repair::Host.
  std::int64_t hop_ns() const override { return hop_.ns(); }
  std::int64_t margin_ns() const override { return hop_.margin_ns(); }
  std::int64_t deadline_ns() const override { return pace_.deadline_ns; }
  std::int64_t settled_age_ns(const core::Context& context) const override;
  void remind(core::Context& context, std::uint32_t rank) override;
  void on_round_trip(core::Context& context, std::int64_t duration_ns) override;
  std::uint64_t epoch() const override { return epoch_; }
  void hear_of_epoch(core::Context& context, std::uint64_t epoch) override;
  void on_known(core::Context& context, const std::vector<Arrival>& arrivals) override;
  void on_filled(core::Context& context, const std::vector<std::uint32_t>& news) override;

  // Who the relay is.
  std::uint32_t relay(const core::Context& context) const;
  bool is_root(const core::Context& context) const;
  void set_epoch(core::Context& context, std::uint64_t epoch, const char* cause);
  void take_over(core::Context& context);

  // relay_telling.cpp: a node and its relay.
  std::int64_t round_trip_ns(const core::Context& context) const;
  void await(core::Context& context, std::uint32_t position);
  void tell(core::Context& context, const std::vector<std::uint32_t>& positions, bool urgent);
  void send_tell(core::Context& context, std::vector<std::uint32_t>& positions, bool urgent,
                 const std::optional<ArrivalCount::Counts>& seen);
  void tell_again(core::Context& context);
  void expect_back(core::Context& context, Told told);
  void owe_what_was_told(core::Context& context);
  void came_back(core::Context& context, const std::vector<Arrival>& arrivals);
  void tell_what_was_missed(core::Context& context, std::int64_t late_ns);
  void handle_tell(core::Context& context, const protocol::Message& message);
  void note_ping(const Ping& ping, bool measured);
  void answer_urgent(core::Context& context, std::uint32_t teller, std::uint64_t at_us,
                     const std::vector<Arrival>& arrivals, const std::vector<std::uint32_t>& news);

  // Batches.
  void owe(core::Context& context, const std::vector<std::uint32_t>& positions);
  std::optional<std::int64_t> flush_due_ns() const;
  void flush(core::Context& context);
  void flush_piece(core::Context& context, std::vector<std::uint32_t> positions, int copies);
  BatchHeader header_of_latest(core::Context& context) const;
  std::size_t repeats_that_fit() const;
  std::string runs_of_latest(const core::Context& context, std::size_t repeats) const;
  void remember_batch(std::uint64_t number, std::vector<std::uint32_t> positions);
  void send_batch(core::Context& context, const BatchHeader& header, std::string_view runs);
  void handle_spread(core::Context& context, const protocol::Message& message);
  bool note_arrival(core::Context& context, const BatchHeader& header);
  void compare_heads(core::Context& context, const std::vector<std::uint64_t>& heads,
                     std::uint32_t sender);
  void close_streams(core::Context& context, const std::vector<Arrival>& arrivals);

  // What a node knows about the network.
  void measure(core::Context& context, const std::vector<std::uint64_t>& pings);
  void sample_hop(core::Context& context, std::int64_t hop_ns);
  void note_loss(core::Context& context);

  std::int64_t budget_ns_;
  HopEstimate hop_;
  HopEstimate::Record journalled_hop_{};
  Pace pace_{};
  LossRate loss_;
  std::optional<std::int64_t> lossy_since_ns_;
  ArrivalCount arrivals_;  // of the relay's batches

  std::uint64_t epoch_ = 0;
  std::int64_t relay_heard_ns_ = kLongAgoNs;
  ToldList told_;

  OwedList owed_;
  std::uint64_t number_ = 0;  // of the latest batch
  std::int64_t flushed_ns_ = kLongAgoNs;
  bool urgent_ = false;
  std::vector<Ping> pings_;  // to be echoed
  std::map<std::uint32_t, std::uint64_t>
      answered_us_;  // by teller: its time in its latest urgent tell
};

}  // namespace hearsay::gossip
