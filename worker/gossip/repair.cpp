#include "worker/gossip/repair.h"

#include <algorithm>
#include <limits>

#include "common/base/record.h"
#include "common/base/units.h"
#include "worker/core/body.h"

namespace hearsay::gossip {
namespace {

constexpr std::int64_t kQuietNs = 800 * kNsPerMs;  // without news, then everyone reports
constexpr std::int64_t kUnrestNs = 3 * kNsPerSecond;
constexpr std::int64_t kShortestRoundNs = 250 * kNsPerMs;
constexpr std::int64_t kLongestWaitNs = kNsPerSecond;
constexpr std::int64_t kSlackNs = 20 * kNsPerMs;
constexpr std::int64_t kAskedPart = 32;
constexpr std::int64_t kForgottenNs = 30LL * 24 * 3600 * kNsPerSecond;
constexpr int kMostPulls = 5;
constexpr int kMostReminders = 8;
constexpr std::int32_t kMostJoinWaits = 8;
constexpr std::size_t kMostAsked = 16;  // children at a time, after the first round
constexpr auto kSettled = static_cast<std::uint16_t>(StrategyChange::settled);
constexpr auto kAsked = static_cast<std::uint16_t>(StrategyChange::asked);
constexpr auto kJoining = static_cast<std::uint16_t>(StrategyChange::joining);

}  // namespace

void Repair::start(core::Context& context) {
  unrest_until_ns_ = kLongAgoNs;
  asked_ns_.clear();
  pulls_.clear();
  doubt_.reset();
  for (const auto& [root, seen] : streams_.roots()) {
    if (streams_.has_gap(root)) on_gap(context, root);
  }
  // A clock that has gone back would make it wait for long.
  if (joining_) joining_->at_ns = std::min(joining_->at_ns, context.now_ns());
  resume_settling(context);
}

// Goes on waiting where its predecessors did: each of many short lives would begin anew.
void Repair::resume_settling(core::Context& context) {
  settle_due_ns_.reset();
  settle_tries_ = 0;
  if (is_settled()) return;
  const std::int64_t now_ns = context.now_ns();
  // The clock may have gone back since then.
  const std::int64_t news_ns = std::min(now_ns, ledger_.last_news_ns().value_or(kLongAgoNs));
  settle_due_ns_ = std::max(now_ns, news_ns + quiet_ns());
  if (asked_.at_ns <= news_ns || asked_.at_ns > now_ns) return;
  settle_tries_ = asked_.tries;
  settle_due_ns_ = std::max(now_ns, asked_.at_ns + settle_wait_ns());
}

void Repair::on_joined(core::Context& context) {
  settle_due_ns_ = context.now_ns() + quiet_ns();
  settle_tries_ = 0;
  joining_ = Asked{context.now_ns(), 0, 0};
  join(context);
}

// Asks the parent, and after it has not answered somebody else too. Less and less often, until
// there is an answer.
void Repair::join(core::Context& context) {
  const std::uint32_t nodes = node_count(context);
  joining_ = Asked{context.now_ns(), std::min(joining_->tries + 1, kMostJoinWaits), 0};
  context.change(kJoining, bytes_of(*joining_));
  const SpreadTree tree = settling_tree(context);
  const std::uint32_t place = tree.place_of(own_rank(context));
  if (nodes == 1) return joined(context);
  if (place != 0) send_vector(context, tree.parent(place), true);
  if (place == 0 || joining_->tries > 1) exchange_with_anyone(context, true);
}

std::int64_t Repair::join_due_ns() const {
  return joining_->at_ns + 2 * round_trip_ns() * joining_->tries;
}

void Repair::joined(core::Context& context) {
  if (!joining_) return;
  joining_.reset();
  context.change(kJoining, bytes_of(Asked{}));
}

// Longer than the pause between two batches.
std::int64_t Repair::quiet_ns() const {
  return std::max(kQuietNs, host_.deadline_ns() + 2 * kSlackNs);
}

std::int64_t Repair::round_trip_ns() const {
  return 2 * host_.hop_ns() + 2 * kSlackNs;
}

void Repair::on_news(core::Context& context) {
  settle_due_ns_ = context.now_ns() + quiet_ns();
  settle_tries_ = 0;
}

// What came from elsewhere those lack who agreed with this node until now: they are not to wait for
// another quiet time.
void Repair::on_filled(core::Context& context) {
  if (settle_due_ns_ && settle_tries_ == 0) return;
  settle_due_ns_ = context.now_ns() + round_trip_ns();
  settle_tries_ = 1;
}

void Repair::on_gap(core::Context& context, const Source& root) {
  const Streams::Seen& seen = streams_.roots().at(root);
  const auto found = pulls_.find(root);
  if (found != pulls_.end() && seen.first_missing() <= found->second.last) return;
  pulls_[root] = {context.now_ns() + overtaken_ns(context), 0, seen.last_missing()};
}

// The one came down its tree in a single step, the other in as many as there are.
std::int64_t Repair::overtaken_ns(const core::Context& context) const {
  return host_.margin_ns() + (tree_depth(node_count(context)) - 1) * host_.hop_ns();
}

void Repair::on_doubt(core::Context& context, std::uint32_t rank, bool surely) {
  if (!doubt_) {
    doubt_ = Doubt{rank, context.now_ns() + host_.deadline_ns(), false};
    if (surely) doubt_->due_ns = context.now_ns() + kSlackNs;
  }
  doubt_->surely = doubt_->surely || surely;
}

void Repair::look_for_gaps(core::Context& context, const std::vector<Arrival>& arrivals,
                           std::uint32_t peer) {
  if (!ledger_.log().has_gaps()) return;
  for (const Arrival& arrival : arrivals) {
    const Source& origin = arrival.id.source;
    if (ledger_.log().complete_up_to(origin) >= arrival.id.sequence) continue;
    // The origin may be dead, or be this node in an earlier life.
    const auto asked = asked_ns_.find(origin.rank);
    const bool silent =
        asked != asked_ns_.end() && asked->second + 2 * host_.deadline_ns() > context.now_ns();
    on_doubt(context, silent || origin.rank == own_rank(context) ? peer : origin.rank, false);
  }
}

void Repair::on_unrest(core::Context& context) {
  if (!in_unrest(context)) {
    round_ns_ = std::max(kShortestRoundNs, host_.deadline_ns());
    next_round_ns_ = context.now_ns() + round_ns_ +
                     static_cast<std::int64_t>(
                         context.random().below(static_cast<std::uint64_t>(2 * round_ns_)));
  }
  unrest_until_ns_ = context.now_ns() + kUnrestNs;
  on_news(context);  // there is another tree to agree along
}

std::optional<std::int64_t> Repair::tick(core::Context& context) {
  const std::int64_t now_ns = context.now_ns();
  std::vector<Source> due;
  for (const auto& [root, pull] : pulls_) {
    if (pull.due_ns <= now_ns) due.push_back(root);
  }
  for (const Source& root : due) pull(context, root);
  if (doubt_ && doubt_->due_ns <= now_ns) {
    if (doubt_->surely || ledger_.log().has_gaps()) send_vector(context, doubt_->rank);
    doubt_.reset();
  }
  if (in_unrest(context) && next_round_ns_ <= now_ns) gossip_in_unrest(context);
  if (settle_due_ns_ && *settle_due_ns_ <= now_ns) settle(context);
  if (joining_ && join_due_ns() <= now_ns) join(context);

  std::int64_t next_ns = std::numeric_limits<std::int64_t>::max();
  for (const auto& [root, pull] : pulls_) next_ns = std::min(next_ns, pull.due_ns);
  if (doubt_) next_ns = std::min(next_ns, doubt_->due_ns);
  if (in_unrest(context)) next_ns = std::min(next_ns, next_round_ns_);
  if (settle_due_ns_) next_ns = std::min(next_ns, *settle_due_ns_);
  if (joining_) next_ns = std::min(next_ns, join_due_ns());
  if (next_ns == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return next_ns;
}

void Repair::pull(core::Context& context, const Source& root) {
  Pull& pull = pulls_.at(root);
  if (!streams_.has_gap(root)) {
    pulls_.erase(root);
    return;
  }
  if (streams_.roots().at(root).first_missing() > pull.last) return on_gap(context, root);
  if (++pull.tries > kMostPulls) {
    // The root cannot be reached. When all is quiet, others will fill this in.
    trace_pull(context, trace::Event::repair_given_up, root, kMostPulls);
    streams_.see_up_to(context, root, streams_.roots().at(root).last_missing());
    pulls_.erase(root);
    return;
  }
  pull.due_ns = context.now_ns() + 2 * host_.hop_ns() + 2 * host_.margin_ns();
  const Streams::Seen& seen = streams_.roots().at(root);
  trace_pull(context, trace::Event::repair_asked, root,
             seen.last_missing() - seen.first_missing() + 1);
  context.send(name_of(context, root.rank), kHaveType, [&](protocol::MessageWriter& body) {
    body.integer("epoch", static_cast<std::int64_t>(host_.epoch()))
        .json("missed",
              list_numbers({root.incarnation, seen.first_missing(), seen.last_missing()}));
  });
}

void Repair::trace_pull(core::Context& context, trace::Event event, const Source& root,
                        std::uint64_t count) const {
  const std::string first = batch_name(context, root, streams_.roots().at(root).first_missing());
  context.events().emit(event, {{trace::FieldName::way, way::kPull},
                                {trace::FieldName::peer, name_of(context, root.rank)},
                                {trace::FieldName::batch, first},
                                {trace::FieldName::count, count}});
}

void Repair::gossip_in_unrest(core::Context& context) {
  round_ns_ = std::min(2 * round_ns_, kUnrestNs / 3);
  next_round_ns_ = context.now_ns() + round_ns_;
  exchange_with_anyone(context);
}

void Repair::exchange_with_anyone(core::Context& context, bool wants_answer) {
  const std::uint32_t nodes = node_count(context);
  if (nodes == 1) return;
  const auto step = static_cast<std::uint32_t>(context.random().below(nodes - 1)) + 1;
  send_vector(context, (own_rank(context) + step) % nodes, wants_answer);
}

SpreadTree Repair::settling_tree(const core::Context& context) const {
  const std::uint32_t nodes = node_count(context);
  return {nodes, static_cast<std::uint32_t>(host_.epoch() % nodes), host_.epoch()};
}

bool Repair::agrees(const Report& report) const {
  return report.count == ledger_.log().size() && report.fingerprint == ledger_.log().fingerprint();
}

std::vector<std::uint32_t> Repair::children_in_doubt(core::Context& context) const {
  const SpreadTree tree = settling_tree(context);
  std::vector<std::uint32_t> found;
  for (const auto& child : tree.children(tree.place_of(own_rank(context)))) {
    const auto report = reports_.find(child.rank);
    if (report == reports_.end() || !agrees(report->second)) found.push_back(child.rank);
  }
  return found;
}

void Repair::settle(core::Context& context) {
  const SpreadTree tree = settling_tree(context);
  const std::uint32_t place = tree.place_of(own_rank(context));
  if (place != 0 && settle_tries_ == 0) send_report(context, tree.parent(place), false);
  std::vector<std::uint32_t> doubtful = children_in_doubt(context);
  if (doubtful.empty()) {
    settle_due_ns_.reset();
    settled_ = {host_.epoch(), ledger_.log().size(), 0};
    context.change(kSettled, bytes_of(settled_));
    return;
  }
  // At first only wait: the children report by themselves.
  const std::size_t asked =
      settle_tries_ == 0 ? 0 : std::min(doubtful.size(), settle_tries_ == 1 ? 64 : kMostAsked);
  for (std::size_t i = 0; i < asked; ++i) {
    std::swap(doubtful[i], doubtful[i + context.random().below(doubtful.size() - i)]);
    if (settle_tries_ <= kMostReminders) host_.remind(context, doubtful[i]);
    send_report(context, doubtful[i], true);
  }
  asked_ = {context.now_ns(), ++settle_tries_, 0};
  context.change(kAsked, bytes_of(asked_));
  settle_due_ns_ = asked_.at_ns + settle_wait_ns();
}

bool Repair::is_settled() const {
  return settled_.count == ledger_.log().size() && settled_.epoch == host_.epoch();
}

// Whoever has not answered for long is asked ever more rarely, so that who is dead costs nothing in
// the end, and who comes back is found within a part of the time that it was away.
std::int64_t Repair::settle_wait_ns() const {
  const std::int64_t news_ns = ledger_.last_news_ns().value_or(asked_.at_ns);
  const std::int64_t since_ns = std::clamp<std::int64_t>(asked_.at_ns - news_ns, 0, kForgottenNs);
  return std::max({round_trip_ns(), std::min(kLongestWaitNs, settle_tries_ * 250 * kNsPerMs),
                   since_ns / kAskedPart});
}

void Repair::send_report(core::Context& context, std::uint32_t rank, bool asks) {
  context.send(name_of(context, rank), kHaveType, [&](protocol::MessageWriter& body) {
    body.integer("epoch", static_cast<std::int64_t>(host_.epoch()))
        .integer("count", ledger_.log().size())
        .json("fingerprint", std::to_string(ledger_.log().fingerprint()));
    if (asks) body.integer("asks", 1);
  });
}

bool Repair::replay(std::uint16_t kind, std::string_view payload) {
  if (kind == kSettled) {
    settled_ = take<Settled>(payload);
  } else if (kind == kAsked) {
    asked_ = take<Asked>(payload);
  } else if (kind == kJoining) {
    joining_ = take<Asked>(payload);
    if (joining_->tries == 0) joining_.reset();
  } else {
    return false;
  }
  return true;
}

void Repair::snapshot(const core::Service::ChangeSink& sink) const {
  if (settled_.count != 0) sink(kSettled, bytes_of(settled_));
  if (asked_.tries != 0) sink(kAsked, bytes_of(asked_));
  if (joining_) sink(kJoining, bytes_of(*joining_));
}

}  // namespace hearsay::gossip
