// What a replica (replica.h) knows of its neighbours, and which of them is to be sent a message
// when.
//
// A node numbers its changes from 1, whether they were made here or came from a neighbour. Of each
// neighbour it knows up to which of these numbers it has everything (`confirmed`), and of the
// neighbour's own numbers up to which everything is here (`received`). Both hold for two
// incarnations, this node's and the neighbour's: when another one is heard of, both begin anew.
//
// Neighbours are all nodes in a cluster of up to kMostComplete; in a larger one those 1, 2, 4, ...
// places away on the circle of ranks, in both directions.
//
// All of a neighbour's state stands in the journal, each time as a whole. Pure; not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "common/options/service_options.h"
#include "worker/core/context.h"
#include "worker/gossip/alarm.h"
#include "worker/gossip/replica_wire.h"

namespace hearsay::gossip {

// The kinds of a replica's journal records; a service has its own from kFirstOwnChange on.
enum class ReplicaChange : std::uint16_t {
  entry = 1,  // EntryRecord, then the entry as JSON
  peer,       // ReplicaPeer
  skipped,    // numbers up to this one (u64) are used up
  staged,     // EntryRecord, then an entry as JSON that is not to be seen yet
  unstaged    // what is staged of a neighbour (its rank, u64) is seen now, or needed no more
};
inline constexpr std::uint16_t kFirstOwnChange = 8;

// Who an entry came from: a neighbour's rank, or nobody: it was made here.
inline constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();
// How far a number may be beyond what is known: all changes of a node that makes 100,000 a second
// for five years. What a neighbour says is further is nonsense. One rule for all: whoever takes a
// number repeats it, and its neighbour must take that.
inline constexpr std::uint64_t kMostNumbersAhead = std::uint64_t{1} << 44;
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// As it is in the journal.
struct ReplicaPeer {
  std::uint32_t rank = 0;
  std::uint16_t knows_us = 0;            // 1: it has answered this node's present incarnation;
                                         // 2: and all that it had to bring then is here
  std::uint16_t lags = 0;                // its last interval began after what is here
  std::uint64_t life = 0;                // 0: never heard of
  std::uint64_t confirmed = 0;           // of our numbers
  std::uint64_t sent = 0;                // likewise, confirmed or not
  std::uint64_t told = 0;                // likewise: our word "everywhere" to it
  std::uint64_t received = 0;            // of its numbers
  std::uint64_t staged = 0;              // likewise, what can't be shown before the rest has come
  std::uint64_t staged_there = 0;        // of our numbers: as `staged` is there
  std::uint64_t everywhere = 0;          // likewise: its word to us
  std::uint64_t brought = 0;             // likewise: the last interval that changed something here
  std::uint64_t brought_here = 0;        // our number for the last of these changes
  std::int64_t sent_ns = kLongAgoNs;     // any message
  std::int64_t entries_ns = kLongAgoNs;  // the last one with entries
  std::int64_t waiting_ns = kNever;      // since when nothing that we sent was answered
  std::int64_t answer_due_ns = kNever;   // what it sent is to be confirmed
  std::int64_t unsettled_ns = kNever;    // since when its word has not moved, nor covers `brought`

  // Up to where all its changes are here, to be seen or not; and of ours there.
  std::uint64_t here() const { return std::max(received, staged); }
  std::uint64_t there() const { return std::max(confirmed, staged_there); }
};
static_assert(sizeof(ReplicaPeer) == 128);

// What is to be done with the entries of a message: nothing; they are kept until the rest has come;
// they are joined; or with what was kept.
enum class Heard { nothing, stage, join, join_with_staged };

class ReplicaPeers {
 public:
  static constexpr std::size_t kMostComplete = 9;

  // `period_ns`: at most one message goes to a neighbour in this time.
  explicit ReplicaPeers(std::int64_t period_ns) : period_ns_(period_ns) {}
  // A period that fits the latency budget.
  explicit ReplicaPeers(const GossipOptions& options);

  // Comes first in every step.
  void see_cluster(const core::Context& context);
  // Of a sender; BadRequest if it is no neighbour.
  ReplicaPeer& neighbour(std::uint32_t rank);
  // A worker goes on from what the journal said. After a reboot the clock has gone back.
  void resume(core::Context& context);

  // This node has another incarnation: as if it had met nobody yet.
  void meet_anew(core::Context& context);

  // The next number, for a change that was made here or came from a neighbour.
  std::uint64_t next_number(std::uint32_t from);
  std::uint64_t number() const { return number_; }

  // Throws BadRequest for what no node says.
  void check(const core::Context& context, const ReplicaPeer& peer,
             const DeltaHeader& header) const;
  // A message of the neighbour. Its entries are taken only if nothing is missing before them. The
  // caller keep()s the neighbour once they are. `one_by_one`: whether entries may be seen without
  // those that follow.
  Heard hear(core::Context& context, ReplicaPeer& peer, const DeltaHeader& header, bool one_by_one);
  // Its interval up to `upto` changed something here, last under our present number.
  void brought(const core::Context& context, ReplicaPeer& peer, std::uint64_t upto);

  // When the next of them is to be sent a message; kNever: nobody is.
  std::int64_t next_due_ns(std::int64_t now_ns) const;
  // Those that are to be sent one now.
  std::vector<std::uint32_t> due(std::int64_t now_ns) const;
  // What the message says, which is then taken as sent. `reach`: up to which of our numbers it can
  // go; the rest is sent when that is confirmed.
  DeltaHeader compose(core::Context& context, std::uint32_t rank, std::uint64_t reach);
  // Up to which of our numbers the neighbour has everything, to be seen or not.
  std::uint64_t there(std::uint32_t rank) const { return peers_[place_of(rank)].there(); }

  // Whether each neighbour has answered this incarnation, and brought all that it had.
  bool has_met_all() const {
    return std::all_of(peers_.begin(), peers_.end(),
                       [](const ReplicaPeer& peer) { return peer.knows_us == 2; });
  }

  static void keep(core::Context& context, const ReplicaPeer& peer);

  // From the journal.
  void restore_number(std::uint64_t number) { number_ = std::max(number_, number); }
  void restore_own(std::uint64_t number) { newest_own_ = std::max(newest_own_, number); }
  // Whether it is another incarnation than the one known before.
  bool restore(const ReplicaPeer& peer);
  // Those of which anything is known.
  std::vector<ReplicaPeer> known() const;

 private:
  // Where the neighbour is in peers_, or the first one of a higher rank.
  std::size_t place_of(std::uint32_t rank) const {
    const auto place = std::lower_bound(
        peers_.begin(), peers_.end(), rank,
        [](const ReplicaPeer& peer, std::uint32_t sought) { return peer.rank < sought; });
    return static_cast<std::size_t>(place - peers_.begin());
  }
  // The neighbour; it becomes one if it was none.
  ReplicaPeer& add(std::uint32_t rank);
  void meet(core::Context& context, ReplicaPeer& peer, std::uint64_t life);
  void hear_confirmed(core::Context& context, ReplicaPeer& peer, const DeltaHeader& header);
  static Heard hear_interval(ReplicaPeer& peer, const DeltaHeader& header, bool one_by_one);
  static bool is_settled(const ReplicaPeer& peer) { return peer.brought <= peer.everywhere; }
  // The number of the last change that did not come from this neighbour.
  std::uint64_t latest_beside(std::uint32_t rank) const;
  // The same, of those that are our business. Lowers `due_ns` to when more of them will be.
  std::uint64_t wanted(const ReplicaPeer& peer, std::int64_t now_ns, std::int64_t& due_ns) const;
  // Whether there is a change that the neighbour may not have.
  bool may_lack(const ReplicaPeer& peer) const;
  std::uint64_t everywhere() const;
  std::int64_t pause_ns(const ReplicaPeer& peer) const;
  std::int64_t resend_ns(const ReplicaPeer& peer) const;
  // Whether more is sent only when the last message is confirmed.
  bool is_cut(const ReplicaPeer& peer) const {
    return peer.sent > peer.there() && cut_.contains(peer.rank);
  }
  // Whether there is something for the neighbour that was not sent yet; or that belongs to what it
  // has staged. `wanted`: as of wanted().
  bool has_more(const ReplicaPeer& peer, std::uint64_t wanted) const {
    const bool waits = peer.staged_there > peer.confirmed && peer.sent <= peer.there();
    return (wanted > peer.sent || waits) && !is_cut(peer);
  }
  std::int64_t due_ns(const ReplicaPeer& peer, std::int64_t now_ns,
                      std::uint64_t everywhere_now) const;

  std::int64_t period_ns_;
  bool seen_ = false;
  bool complete_ = false;
  std::vector<ReplicaPeer> peers_;  // by rank; they are few, and walked often
  std::uint64_t number_ = 0;
  std::uint64_t newest_own_ = 0;  // the last that came from nobody
  std::set<std::uint32_t> cut_;   // whose last message with entries had no room for all
};

}  // namespace hearsay::gossip
