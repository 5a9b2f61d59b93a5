#include "worker/gossip/replica_peers.h"

#include <algorithm>

#include "common/base/record.h"
#include "common/base/units.h"
#include "worker/core/service.h"
#include "worker/gossip/hop_estimate.h"
#include "worker/gossip/ledger.h"
#include "worker/gossip/wire.h"

namespace hearsay::gossip {
namespace {

constexpr std::int64_t kShortestPeriodNs = 20 * kNsPerMs;
constexpr std::int64_t kWayNs = 50 * kNsPerMs;  // what the budget leaves for the way
// Beyond the period that an answer may wait: the way there and back, and half as much again.
constexpr std::int64_t kUsualAnswerNs = 3 * HopEstimate::kAssumedHopNs;
// Between two attempts to reach who does not answer: with a hop, below a second.
constexpr std::int64_t kLongestPauseNs = 800 * kNsPerMs;
// How long the word that all have it waits for a message to go with.
constexpr std::int64_t kWordNs = 3 * kNsPerSecond / 2;
// What a neighbour brought is sent on by us if it has not said for so long that all have it.
constexpr std::int64_t kForwardNs = 4 * kNsPerSecond;

}  // namespace

ReplicaPeers::ReplicaPeers(const GossipOptions& options)
    : ReplicaPeers(std::max(kShortestPeriodNs, options.latency_budget_ms * kNsPerMs - kWayNs)) {}

void ReplicaPeers::see_cluster(const core::Context& context) {
  if (seen_) return;
  seen_ = true;
  const std::uint32_t nodes = node_count(context);
  const std::uint32_t own = own_rank(context);
  complete_ = nodes <= kMostComplete;
  for (std::uint32_t away = 1; away < nodes; away = complete_ ? away + 1 : 2 * away) {
    add((own + away) % nodes);
    add((own + nodes - away) % nodes);
  }
  if (!peers_.empty() && peers_.back().rank >= nodes) {
    throw CorruptSegment("the journal names a neighbour that is no node");
  }
}

ReplicaPeer& ReplicaPeers::add(std::uint32_t rank) {
  const std::size_t place = place_of(rank);
  if (place < peers_.size() && peers_[place].rank == rank) return peers_[place];
  return *peers_.insert(peers_.begin() + static_cast<std::ptrdiff_t>(place), {.rank = rank});
}

ReplicaPeer& ReplicaPeers::neighbour(std::uint32_t rank) {
  const std::size_t place = place_of(rank);
  if (place == peers_.size() || peers_[place].rank != rank) {
    throw core::BadRequest("the sender is no neighbour of this node");
  }
  return peers_[place];
}

void ReplicaPeers::resume(core::Context& context) {
  const std::int64_t now_ns = context.now_ns();
  for (ReplicaPeer& peer : peers_) {
    const ReplicaPeer before = peer;
    for (std::int64_t* past : {&peer.sent_ns, &peer.entries_ns}) *past = std::min(*past, now_ns);
    for (std::int64_t* past : {&peer.waiting_ns, &peer.unsettled_ns}) {
      if (*past != kNever) *past = std::min(*past, now_ns);
    }
    if (peer.answer_due_ns != kNever) {
      peer.answer_due_ns = std::min(peer.answer_due_ns, now_ns + period_ns_);
    }
    if (bytes_of(before) != bytes_of(peer)) keep(context, peer);
  }
}

void ReplicaPeers::meet_anew(core::Context& context) {
  cut_.clear();
  for (ReplicaPeer& peer : peers_) {
    newest_own_ = std::max(newest_own_, peer.brought_here);
    peer = {.rank = peer.rank};
    keep(context, peer);
  }
}

std::uint64_t ReplicaPeers::next_number(std::uint32_t from) {
  ++number_;
  if (from == kNobody) newest_own_ = number_;
  return number_;
}

// Another incarnation has nothing that we know of. What others said of "all" was of the earlier
// one.
void ReplicaPeers::meet(core::Context& context, ReplicaPeer& peer, std::uint64_t life) {
  newest_own_ = std::max(newest_own_, peer.brought_here);
  const std::int64_t sent_ns = peer.sent_ns;
  peer = {.rank = peer.rank, .life = life, .sent_ns = sent_ns};
  for (ReplicaPeer& other : peers_) {
    if (other.rank == peer.rank || other.brought == 0) continue;
    other.everywhere = 0;
    other.unsettled_ns = context.now_ns();
    keep(context, other);
  }
  keep(context, peer);  // before what it brings: that is of this incarnation
}

void ReplicaPeers::check(const core::Context& context, const ReplicaPeer& peer,
                         const DeltaHeader& header) const {
  if (header.your_life == context.incarnation()) {
    require_at_most(std::max(header.confirms, header.staged), number_ + kMostNumbersAhead);
  }
  const std::uint64_t received = peer.life == header.life ? peer.received : 0;
  require_at_most(std::max(header.upto, header.everywhere), received + kMostNumbersAhead);
}

// A message of another incarnation may be new, or late: of an earlier one. What it confirms counts
// only when that one is heard again, which is asked for.
Heard ReplicaPeers::hear(core::Context& context, ReplicaPeer& peer, const DeltaHeader& header,
                         bool one_by_one) {
  const bool is_for_us = header.your_life == context.incarnation();
  if (peer.life != header.life) {
    meet(context, peer, header.life);
  } else if (is_for_us) {
    hear_confirmed(context, peer, header);
  }
  if (header.has_entries() || header.asks || !is_for_us) {
    peer.answer_due_ns = std::min(peer.answer_due_ns, context.now_ns() + period_ns_);
  }
  const Heard heard =
      header.has_entries() ? hear_interval(peer, header, one_by_one) : Heard::nothing;
  if (is_for_us && peer.knows_us == 1 && !header.more && peer.lags == 0) peer.knows_us = 2;
  return heard;
}

// An interval that is cut off at a number has all that changed up to there last. So what was
// staged, piece by piece, and one that is not cut off are together what one message would have
// been: what changed meanwhile is in a later piece too. But pieces that go beyond the last one are
// not.
Heard ReplicaPeers::hear_interval(ReplicaPeer& peer, const DeltaHeader& header, bool one_by_one) {
  peer.lags = header.since > peer.here() ? 1 : 0;
  if (peer.lags == 1) return Heard::nothing;
  if (header.more && !one_by_one) {
    if (header.upto <= peer.here()) return Heard::nothing;
    peer.staged = header.upto;
    return Heard::stage;
  }
  const bool needs_staged = header.since > peer.received;
  if (needs_staged && header.upto < peer.staged) return Heard::nothing;
  peer.received = std::max(peer.received, header.upto);
  return needs_staged ? Heard::join_with_staged : Heard::join;
}

// What the sender says of this incarnation's numbers.
void ReplicaPeers::hear_confirmed(core::Context& context, ReplicaPeer& peer,
                                  const DeltaHeader& header) {
  peer.knows_us = std::max<std::uint16_t>(peer.knows_us, 1);
  peer.waiting_ns = kNever;
  const std::uint64_t there = std::max(header.confirms, header.staged);
  if (there > number_) {
    // This node has gone back to before its last changes, and nobody knew (a copy that was brought
    // back into the same files): their numbers must not be given to others.
    number_ = there;
    context.change(static_cast<std::uint16_t>(ReplicaChange::skipped), bytes_of(number_));
    peer.confirmed = peer.staged_there = peer.sent = 0;
  } else if (header.behind) {
    peer.confirmed = header.confirms;
    peer.staged_there = header.staged;
    peer.sent = there;
  } else {
    peer.confirmed = std::max(peer.confirmed, header.confirms);
    peer.staged_there = std::max(peer.staged_there, header.staged);
    peer.sent = std::max(peer.sent, peer.there());
  }
  if (header.everywhere <= peer.everywhere) return;
  peer.everywhere = header.everywhere;
  peer.unsettled_ns = is_settled(peer) ? kNever : context.now_ns();
}

void ReplicaPeers::brought(const core::Context& context, ReplicaPeer& peer, std::uint64_t upto) {
  const bool was_settled = is_settled(peer);
  peer.brought = std::max(peer.brought, upto);
  peer.brought_here = number_;
  if (was_settled) peer.unsettled_ns = is_settled(peer) ? kNever : context.now_ns();
}

std::uint64_t ReplicaPeers::latest_beside(std::uint32_t rank) const {
  std::uint64_t latest = newest_own_;
  for (const ReplicaPeer& peer : peers_) {
    if (peer.rank != rank) latest = std::max(latest, peer.brought_here);
  }
  return latest;
}

// Who took a change from a client sees to it that all have it. Others send it on when that seems to
// fail; or at once where the neighbours are not everybody.
std::uint64_t ReplicaPeers::wanted(const ReplicaPeer& peer, std::int64_t now_ns,
                                   std::int64_t& due_ns) const {
  if (!complete_) return latest_beside(peer.rank);
  std::uint64_t latest = newest_own_;
  for (const ReplicaPeer& other : peers_) {
    if (is_settled(other) || other.rank == peer.rank) continue;
    if (other.brought_here <= peer.confirmed) continue;
    const std::int64_t forward_ns = other.unsettled_ns + kForwardNs;
    if (forward_ns <= now_ns) {
      latest = std::max(latest, other.brought_here);
    } else {
      due_ns = std::min(due_ns, forward_ns);
    }
  }
  return latest;
}

bool ReplicaPeers::may_lack(const ReplicaPeer& peer) const {
  if (newest_own_ > peer.confirmed) return true;
  return std::any_of(peers_.begin(), peers_.end(), [&](const ReplicaPeer& other) {
    return other.rank != peer.rank && !is_settled(other) && other.brought_here > peer.confirmed;
  });
}

std::uint64_t ReplicaPeers::everywhere() const {
  if (!complete_ || peers_.size() < 2) return 0;
  std::uint64_t least = number_;
  for (const ReplicaPeer& peer : peers_) {
    if (may_lack(peer)) least = std::min(least, peer.confirmed);
  }
  return least;
}

// The longer a neighbour has not answered, the longer.
std::int64_t ReplicaPeers::pause_ns(const ReplicaPeer& peer) const {
  if (peer.waiting_ns == kNever) return period_ns_;
  const std::int64_t silent_ns = peer.sent_ns - peer.waiting_ns - period_ns_ - kUsualAnswerNs;
  return std::clamp(silent_ns, period_ns_, std::max(period_ns_, kLongestPauseNs));
}

std::int64_t ReplicaPeers::resend_ns(const ReplicaPeer& peer) const {
  return std::max(pause_ns(peer), period_ns_ + kUsualAnswerNs);
}

std::int64_t ReplicaPeers::due_ns(const ReplicaPeer& peer, std::int64_t now_ns,
                                  std::uint64_t everywhere_now) const {
  std::int64_t due_ns = peer.answer_due_ns;
  if (peer.knows_us == 0) due_ns = std::min(due_ns, peer.sent_ns + resend_ns(peer));
  const std::uint64_t number = wanted(peer, now_ns, due_ns);
  if (has_more(peer, number)) {
    due_ns = std::min(due_ns, peer.sent_ns + pause_ns(peer));
  } else if (number > peer.confirmed) {
    due_ns = std::min(due_ns, peer.entries_ns + resend_ns(peer));
  }
  const bool word_is_owed = peer.told < peer.sent && peer.sent <= everywhere_now;
  if (word_is_owed) due_ns = std::min(due_ns, peer.sent_ns + kWordNs);
  return due_ns;
}

std::vector<std::uint32_t> ReplicaPeers::due(std::int64_t now_ns) const {
  std::vector<std::uint32_t> ranks;
  const std::uint64_t everywhere_now = everywhere();
  for (const ReplicaPeer& peer : peers_) {
    if (due_ns(peer, now_ns, everywhere_now) <= now_ns) ranks.push_back(peer.rank);
  }
  return ranks;
}

std::int64_t ReplicaPeers::next_due_ns(std::int64_t now_ns) const {
  std::int64_t next_ns = kNever;
  const std::uint64_t everywhere_now = everywhere();
  for (const ReplicaPeer& peer : peers_) {
    next_ns = std::min(next_ns, due_ns(peer, now_ns, everywhere_now));
  }
  return next_ns;
}

DeltaHeader ReplicaPeers::compose(core::Context& context, std::uint32_t rank, std::uint64_t reach) {
  ReplicaPeer& peer = neighbour(rank);
  const std::int64_t now_ns = context.now_ns();
  DeltaHeader header{.life = context.incarnation(),
                     .your_life = peer.life,
                     .confirms = peer.received,
                     .everywhere = everywhere(),
                     .staged = peer.staged > peer.received ? peer.staged : 0,
                     .behind = peer.lags == 1,
                     .asks = peer.knows_us == 0};
  std::int64_t later_ns = kNever;
  const std::uint64_t latest = wanted(peer, now_ns, later_ns);
  const bool is_late = now_ns >= peer.entries_ns + resend_ns(peer);
  if (latest > peer.confirmed && (has_more(peer, latest) || is_late)) {
    header.since = peer.there();
    header.upto = peer.sent = reach;
    peer.entries_ns = now_ns;
    if (reach < number_) {
      cut_.insert(rank);
    } else {
      cut_.erase(rank);
    }
  }
  header.more = header.has_entries() ? reach < number_ : latest > peer.there();
  if (header.has_entries() || header.asks) peer.waiting_ns = std::min(peer.waiting_ns, now_ns);
  peer.told = header.everywhere;
  peer.sent_ns = now_ns;
  peer.answer_due_ns = kNever;
  keep(context, peer);
  return header;
}

void ReplicaPeers::keep(core::Context& context, const ReplicaPeer& peer) {
  context.change(static_cast<std::uint16_t>(ReplicaChange::peer), bytes_of(peer));
}

bool ReplicaPeers::restore(const ReplicaPeer& peer) {
  ReplicaPeer& known = add(peer.rank);
  const bool is_another = known.life != peer.life;
  if (is_another) newest_own_ = std::max(newest_own_, known.brought_here);
  known = peer;
  return is_another;
}

std::vector<ReplicaPeer> ReplicaPeers::known() const {
  std::vector<ReplicaPeer> found;
  for (const ReplicaPeer& peer : peers_) {
    if (peer.life != 0 || peer.sent_ns != kLongAgoNs) found.push_back(peer);
  }
  return found;
}

}  // namespace hearsay::gossip
