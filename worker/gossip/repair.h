// Repair: pull on a gap, anti-entropy, and the check that everyone agrees before falling silent.
//
// - A root numbers its batches (streams.h). Who sees a gap asks the root for the missing batches,
//   after some patience with each gap, since messages overtake each other, and a batch one that has
//   more steps to go in its tree.
// - In unrest (the relay changed: a partition, a death) every node exchanges version vectors with
//   random peers for a while. Only what is old enough to be no longer on its way is filled in.
// - A node that joins asks its parent in a tree, and if that is silent others too, until it has an
//   answer: it may have lost everything while all others agree.
// - When nothing new has come for a while, each node reports its fingerprint to its parent in a
//   tree that everyone can work out; a parent asks children that have not reported, less and less
//   often. Who differs exchanges vectors. When all children agree with it a node is silent until
//   the next news.
//
// What it waits for when all is quiet stands in the journal, so that workers that die more often
// than that get there too.
//
// Fills are bounded; the rest is asked for again. Anti-entropy: Demers et al., Epidemic Algorithms
// for Replicated Database Maintenance, 1987; exchange of vectors: the same, and Bayou (Petersen et
// al., 1997). Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "worker/core/context.h"
#include "worker/gossip/alarm.h"
#include "worker/gossip/batch_log.h"
#include "worker/gossip/ledger.h"
#include "worker/gossip/spread_tree.h"
#include "worker/gossip/streams.h"

namespace hearsay::gossip {

class Repair {
 public:
  // What repair must know of the strategy around it.
  class Host {
   public:
    virtual ~Host() = default;
    virtual std::int64_t hop_ns() const = 0;
    // How late a round trip may be.
    virtual std::int64_t margin_ns() const = 0;
    // After so long a value that was sent has come back, or was lost.
    virtual std::int64_t deadline_ns() const = 0;
    // A value that this node has known for so long has reached all others, or was lost.
    virtual std::int64_t settled_age_ns(const core::Context& context) const = 0;
    // A peer answered after so long.
    virtual void on_round_trip(core::Context& context, std::int64_t duration_ns) = 0;
    virtual std::uint64_t epoch() const = 0;
    virtual void hear_of_epoch(core::Context& context, std::uint64_t epoch) = 0;
    virtual const std::deque<Batch>& batches() const = 0;
    // Perhaps this peer has missed the latest batch, and no later one will tell it.
    virtual void remind(core::Context& context, std::uint32_t rank) = 0;
    // The relay had got these values of this node's already.
    virtual void on_known(core::Context& context, const std::vector<Arrival>& arrivals) = 0;
    // Values came outside of a batch.
    virtual void on_filled(core::Context& context, const std::vector<std::uint32_t>& news) = 0;
  };

  Repair(Host& host, Ledger& ledger, Streams& streams)
      : host_(host), ledger_(ledger), streams_(streams) {}

  void start(core::Context& context);
  // The node has become part of a cluster that broadcasts; perhaps not for the first time.
  void on_joined(core::Context& context);
  // Something new was learned, or a batch came.
  void on_news(core::Context& context);
  void on_gap(core::Context& context, const Source& root);
  // This node lacks something that the peer knows, or it is still on its way: exchanges vectors
  // with it, after some patience if there are gaps in the log then, or (`surely`) in any case.
  void on_doubt(core::Context& context, std::uint32_t rank, bool surely);
  // A peer has sent these values. What is missing before one its origin has, or else the peer.
  void look_for_gaps(core::Context& context, const std::vector<Arrival>& arrivals,
                     std::uint32_t peer);
  void on_unrest(core::Context& context);
  void exchange_with(core::Context& context, std::uint32_t rank) { send_vector(context, rank); }
  // Answers a peer that wants to know whether this node is there. Of what the peer told again it
  // knew so many before, and sends these, which no batch to come will have.
  void say_here(core::Context& context, std::uint32_t rank, std::uint64_t known,
                std::vector<std::uint32_t> positions);
  bool in_unrest(const core::Context& context) const { return context.now_ns() < unrest_until_ns_; }

  void handle_have(core::Context& context, const protocol::Message& message);
  void handle_fill(core::Context& context, const protocol::Message& message);

  // Does what is due. Returns when to come again.
  std::optional<std::int64_t> tick(core::Context& context);

  bool replay(std::uint16_t kind, std::string_view payload);
  void snapshot(const core::Service::ChangeSink& sink) const;

 private:
  // Of the batches that a root is asked for.
  struct Pull {
    std::int64_t due_ns;
    int tries;
    std::uint64_t last;  // what is missing behind this one is another gap
  };
  // Batches of this incarnation of the sender are to be missed no more, up to this number.
  struct StreamEnd {
    std::uint64_t incarnation;
    std::uint64_t number;
  };
  // What a fill says beside its values.
  struct FillNotes {
    std::optional<std::uint32_t> next_rank;
    std::optional<StreamEnd> stream_end;
    std::uint64_t known = 0;
    std::uint64_t echo_us = 0;  // the peer's time, when it wants an answer
  };
  // An exchange of vectors to come.
  struct Doubt {
    std::uint32_t rank;
    std::int64_t due_ns;
    bool surely;
  };
  // The latest round of asking; in the journal.
  struct Asked {
    std::int64_t at_ns;
    std::int32_t tries;
    std::uint32_t zero;
  };
  struct Report {
    std::uint32_t count;
    std::uint64_t fingerprint;
  };

  std::int64_t quiet_ns() const;
  std::int64_t round_trip_ns() const;
  // How much later than the next one a batch may come.
  std::int64_t overtaken_ns(const core::Context& context) const;
  std::int64_t join_due_ns() const;
  void join(core::Context& context);
  void joined(core::Context& context);
  void resume_settling(core::Context& context);
  // Between two rounds of asking.
  std::int64_t settle_wait_ns() const;
  bool is_settled() const;
  void on_filled(core::Context& context);
  void pull(core::Context& context, const Source& root);
  void trace_pull(core::Context& context, trace::Event event, const Source& root,
                  std::uint64_t count) const;
  void gossip_in_unrest(core::Context& context);
  void exchange_with_anyone(core::Context& context, bool wants_answer = false);
  void settle(core::Context& context);
  std::vector<std::uint32_t> children_in_doubt(core::Context& context) const;
  void send_report(core::Context& context, std::uint32_t rank, bool asks);
  // `wants_answer`: a fill, even if it fills in nothing.
  void send_vector(core::Context& context, std::uint32_t rank, bool wants_answer = false);
  void send_page(core::Context& context, std::uint32_t rank, std::uint32_t first,
                 bool wants_answer = false);
  void send_fill(core::Context& context, std::uint32_t rank, std::vector<std::uint32_t>& positions,
                 const FillNotes& notes);
  void answer_pull(core::Context& context, std::uint32_t rank, std::uint64_t incarnation,
                   std::uint64_t first, std::uint64_t last);
  void answer_vector(core::Context& context, std::uint32_t rank, std::uint32_t first_rank,
                     std::uint32_t last_rank, const std::vector<Claim>& claims,
                     const std::set<ValueId>& early, std::uint64_t at_us);
  void fill_in(core::Context& context, std::uint32_t rank, std::uint32_t first_rank,
               std::uint32_t last_rank, const std::vector<Claim>& claims,
               const std::set<ValueId>& early, std::uint64_t at_us);
  SpreadTree settling_tree(const core::Context& context) const;
  bool agrees(const Report& report) const;

  Host& host_;
  Ledger& ledger_;
  Streams& streams_;
  std::map<Source, Pull> pulls_;
  std::int64_t unrest_until_ns_ = kLongAgoNs;
  std::int64_t next_round_ns_ = kLongAgoNs;
  std::int64_t round_ns_ = 0;  // between two rounds; doubles
  std::optional<Doubt> doubt_;
  std::map<std::uint32_t, std::int64_t> asked_ns_;  // by rank: when a vector went there
  std::uint32_t vector_from_ = 0;                   // where the next page of the vector starts

  std::map<std::uint32_t, Report> reports_;  // of the children, by rank
  // When all below this node were known to agree; in the journal. Another epoch has another tree.
  struct Settled {
    std::uint64_t epoch = 0;
    std::uint32_t count = 0;  // of values
    std::uint32_t zero = 0;
  };
  Settled settled_;
  std::optional<std::int64_t> settle_due_ns_;
  int settle_tries_ = 0;
  Asked asked_{kLongAgoNs, 0, 0};
  // While nobody has compared with this node yet: when it last asked, and how often.
  std::optional<Asked> joining_;
};

}  // namespace hearsay::gossip
