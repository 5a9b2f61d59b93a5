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
constexpr std::int32_t kMostJoinWaits = 8;
constexpr std::size_t kMostAsked = 16;        // children at a time, after the first round
constexpr std::size_t kMostClaims = 512;      // in one vector
constexpr std::uint64_t kFillBytes = 32'768;  // of values in one fill, or one value
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
  if (settled_ == ledger_.log().size()) return;
  const std::int64_t now_ns = context.now_ns();
  const std::int64_t news_ns = ledger_.last_news_ns().value_or(kLongAgoNs);
  settle_due_ns_ = std::max(now_ns, news_ns + quiet_ns());
  // The clock may have gone back since then.
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
  pulls_.try_emplace(root, Pull{context.now_ns() + host_.margin_ns(), 0});
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
    settled_ = ledger_.log().size();
    context.change(kSettled, bytes_of(settled_));
    return;
  }
  // At first only wait: the children report by themselves.
  const std::size_t asked =
      settle_tries_ == 0 ? 0 : std::min(doubtful.size(), settle_tries_ == 1 ? 64 : kMostAsked);
  for (std::size_t i = 0; i < asked; ++i) {
    std::swap(doubtful[i], doubtful[i + context.random().below(doubtful.size() - i)]);
    send_report(context, doubtful[i], true);
  }
  asked_ = {context.now_ns(), ++settle_tries_, 0};
  context.change(kAsked, bytes_of(asked_));
  settle_due_ns_ = asked_.at_ns + settle_wait_ns();
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

// The whole vector if it fits on a page, else a page from where the last one ended.
void Repair::send_vector(core::Context& context, std::uint32_t rank, bool wants_answer) {
  send_page(context, rank, ledger_.log().sources().size() <= kMostClaims ? 0 : vector_from_,
            wants_answer);
}

// Up to kMostClaims sources. A page speaks for all ranks from the first to the last of its field
// "ranks".
void Repair::send_page(core::Context& context, std::uint32_t rank, std::uint32_t first,
                       bool wants_answer) {
  asked_ns_[rank] = context.now_ns();
  const auto& sources = ledger_.log().sources();
  const std::uint32_t nodes = node_count(context);
  std::uint32_t last = nodes - 1;
  std::string vector = "[";
  std::size_t claims = 0;
  for (auto at = sources.lower_bound({first, 0}); at != sources.end(); ++at) {
    if (claims >= kMostClaims && at->first.rank != last) break;
    if (++claims >= kMostClaims) last = at->first.rank;
    if (vector.size() > 1) vector.push_back(',');
    append_claim(vector, at->first, static_cast<std::uint32_t>(at->second.positions.size()));
  }
  if (claims < kMostClaims) last = nodes - 1;
  vector.push_back(']');
  vector_from_ = last + 1 < nodes ? last + 1 : 0;
  std::string early;
  const auto& behind_gaps = ledger_.log().early();
  for (auto at = behind_gaps.lower_bound({{first, 0}, 0}); at != behind_gaps.end(); ++at) {
    if (at->first.source.rank > last || ++claims > 2 * kMostClaims) break;
    early.push_back(early.empty() ? '[' : ',');
    append_claim(early, at->first.source, at->first.sequence);
  }
  context.send(name_of(context, rank), kHaveType, [&](protocol::MessageWriter& body) {
    body.integer("epoch", static_cast<std::int64_t>(host_.epoch()))
        .json("ranks", list_numbers({first, last}))
        .json("vector", vector);
    if (!early.empty()) body.json("early", early.append("]"));
    if (wants_answer) body.integer("at", static_cast<std::int64_t>(time_us(context)));
  });
  context.events().emit(
      trace::Event::repair_asked,
      {{trace::FieldName::way, way::kExchange}, {trace::FieldName::peer, name_of(context, rank)}});
}

void Repair::send_fill(core::Context& context, std::uint32_t rank,
                       std::vector<std::uint32_t>& positions, const FillNotes& notes) {
  std::string runs;
  append_runs(runs, ledger_.log(), ledger_.values(), positions);
  context.send(name_of(context, rank), kFillType, [&](protocol::MessageWriter& body) {
    body.integer("epoch", static_cast<std::int64_t>(host_.epoch())).json("runs", runs);
    if (notes.next_rank) body.integer("next", *notes.next_rank);
    if (notes.stream_end) {
      body.json("stream", list_numbers({notes.stream_end->incarnation, notes.stream_end->number}));
    }
    if (notes.echo_us > 0) body.integer("echo", static_cast<std::int64_t>(notes.echo_us));
    if (notes.known > 0) body.integer("known", static_cast<std::int64_t>(notes.known));
  });
  if (positions.empty() && !notes.stream_end) return;
  trace_sent(context, {notes.stream_end ? way::kPull : way::kExchange, name_of(context, rank)},
             values_of_runs(context, runs));
}

void Repair::say_here(core::Context& context, std::uint32_t rank, std::uint64_t known,
                      std::vector<std::uint32_t> positions) {
  FillNotes notes;
  notes.known = known;
  send_fill(context, rank, positions, notes);
}

void Repair::handle_have(core::Context& context, const protocol::Message& message) {
  const std::uint32_t rank = sender_rank(context, message);
  const std::uint64_t epoch = number_field(message, "epoch", kMostCount);
  if (const auto missed = message.field("missed")) {
    const auto numbers = read_numbers(*missed);
    if (numbers.size() != 3 || numbers[1] == 0 || numbers[1] > numbers[2]) {
      throw core::BadRequest("missed: incarnation, first, last");
    }
    require_at_most(numbers[2], kMostCount);
    host_.hear_of_epoch(context, epoch);
    answer_pull(context, rank, numbers[0], numbers[1], numbers[2]);
    return;
  }
  if (const auto vector = message.field("vector")) {
    const auto claims = read_vector(*vector, node_count(context));
    const auto ranks = read_numbers(core::required_field(message, "ranks"));
    if (ranks.size() != 2 || ranks[1] >= node_count(context) || ranks[0] > ranks[1]) {
      throw core::BadRequest("ranks: first, last");
    }
    std::set<ValueId> early;
    if (const auto field = message.field("early")) {
      for (const Claim& id : read_vector(*field, node_count(context))) {
        early.insert({id.source, id.count});
      }
    }
    const std::uint64_t at_us = number_field_or(message, "at", 0, kMostMicroseconds);
    host_.hear_of_epoch(context, epoch);
    answer_vector(context, rank, static_cast<std::uint32_t>(ranks[0]),
                  static_cast<std::uint32_t>(ranks[1]), claims, early, at_us);
    return;
  }
  const Report report{
      static_cast<std::uint32_t>(
          number_field(message, "count", std::numeric_limits<std::uint32_t>::max())),
      number_field(message, "fingerprint", std::numeric_limits<std::uint64_t>::max())};
  const bool asks = number_field_or(message, "asks", 0, 1) != 0;
  host_.hear_of_epoch(context, epoch);
  reports_[rank] = report;
  if (!agrees(report)) {
    send_vector(context, rank);
  } else if (asks) {
    send_report(context, rank, false);
  }
}

// A root is asked for batches that got lost.
void Repair::answer_pull(core::Context& context, std::uint32_t rank, std::uint64_t incarnation,
                         std::uint64_t first, std::uint64_t last) {
  const auto& batches = host_.batches();
  const bool remembered = incarnation == context.incarnation() && !batches.empty() &&
                          batches.front().number <= first && last <= batches.back().number;
  if (!remembered) {
    // Too long ago, or this node has forgotten: by way of the vectors.
    std::vector<std::uint32_t> nothing;
    send_fill(context, rank, nothing, {0, StreamEnd{incarnation, last}, 0, 0});
    return;
  }
  std::vector<std::uint32_t> positions;
  std::uint64_t bytes = 0;
  std::uint64_t number = first;
  for (; number <= last && (bytes < kFillBytes || number == first); ++number) {
    for (const std::uint32_t position : batches[number - batches.front().number].positions) {
      positions.push_back(position);
      bytes += ledger_.log()[position].place.bytes;
    }
  }
  send_fill(context, rank, positions, {std::nullopt, StreamEnd{incarnation, number - 1}, 0, 0});
}

void Repair::answer_vector(core::Context& context, std::uint32_t rank, std::uint32_t first_rank,
                           std::uint32_t last_rank, const std::vector<Claim>& claims,
                           const std::set<ValueId>& early, std::uint64_t at_us) {
  fill_in(context, rank, first_rank, last_rank, claims, early, at_us);
  const ValueLog& log = ledger_.log();
  const bool lacks =
      std::any_of(
          claims.begin(), claims.end(),
          [&](const Claim& claim) { return claim.count > log.complete_up_to(claim.source); }) ||
      std::any_of(early.begin(), early.end(), [&](const ValueId& id) { return !log.contains(id); });
  const auto asked = asked_ns_.find(rank);
  if (lacks && (asked == asked_ns_.end() || asked->second + round_trip_ns() < context.now_ns())) {
    send_vector(context, rank);
  }
}

// Sends what the peer lacks of these ranks, up to kFillBytes. If it lacks more, of them or, as is
// likely then, of those behind a page, it is to ask again from the next rank on.
void Repair::fill_in(core::Context& context, std::uint32_t rank, std::uint32_t first_rank,
                     std::uint32_t last_rank, const std::vector<Claim>& claims,
                     const std::set<ValueId>& early, std::uint64_t at_us) {
  std::map<Source, std::uint32_t> theirs;
  for (const Claim& claim : claims) theirs[claim.source] = claim.count;
  const ValueLog& log = ledger_.log();
  const std::int64_t old_enough_ns = context.now_ns() - host_.settled_age_ns(context);
  std::vector<std::uint32_t> positions;
  std::uint64_t bytes = 0;
  auto at = log.sources().lower_bound({first_rank, 0});
  for (; at != log.sources().end() && at->first.rank <= last_rank; ++at) {
    const auto& known = at->second.positions;
    const auto found = theirs.find(at->first);
    std::size_t i = found == theirs.end() ? 0 : found->second;
    for (; i < known.size() && bytes < kFillBytes; ++i) {
      const LogEntry& entry = log[known[i]];
      // A clock that went back (another boot) makes a value look new for ever.
      if (entry.taken_ns > old_enough_ns && entry.taken_ns <= context.now_ns()) break;
      positions.push_back(known[i]);
      bytes += entry.place.bytes;
    }
    if (i < known.size() && bytes >= kFillBytes) break;
  }
  // Also what is behind a gap, which stays if its origin died with what is missing.
  auto behind = log.early().lower_bound({{first_rank, 0}, 0});
  for (; behind != log.early().end() && bytes < kFillBytes; ++behind) {
    if (behind->first.source.rank > last_rank) break;
    const auto found = theirs.find(behind->first.source);
    const bool known = found != theirs.end() && found->second >= behind->first.sequence;
    if (known || early.contains(behind->first)) continue;
    if (log[behind->second].taken_ns > old_enough_ns &&
        log[behind->second].taken_ns <= context.now_ns())
      continue;
    positions.push_back(behind->second);
    bytes += log[behind->second].place.bytes;
  }
  FillNotes notes;
  notes.echo_us = at_us;
  if (!positions.empty() && at != log.sources().end()) notes.next_rank = at->first.rank;
  if (positions.empty() && at_us == 0) return;
  send_fill(context, rank, positions, notes);
}

void Repair::handle_fill(core::Context& context, const protocol::Message& message) {
  const std::uint32_t rank = sender_rank(context, message);
  const std::uint64_t epoch = number_field(message, "epoch", kMostCount);
  const std::uint32_t nodes = node_count(context);
  const auto next_rank =
      static_cast<std::uint32_t>(number_field_or(message, "next", nodes, nodes - 1));
  const auto arrivals = read_runs(core::required_field(message, "runs"), nodes);
  std::vector<std::uint64_t> stream;
  if (const auto field = message.field("stream")) stream = read_numbers(*field);
  if (!stream.empty() && stream.size() != 2) throw core::BadRequest("stream: incarnation, number");
  if (!stream.empty()) require_at_most(stream[1], kMostCount);

  const std::uint64_t known = number_field_or(message, "known", 0, kMostCount);
  const std::uint64_t echo_us = number_field_or(message, "echo", 0, kMostMicroseconds);

  host_.hear_of_epoch(context, epoch);
  if (known > 0) host_.on_known(context, arrivals);
  if (echo_us > 0) {
    joined(context);
    host_.on_round_trip(context, context.now_ns() - static_cast<std::int64_t>(echo_us) * kNsPerUs);
  }
  if (!stream.empty()) streams_.see_up_to(context, {rank, stream[0]}, stream[1]);
  const Travel travel{stream.empty() ? way::kExchange : way::kPull, message.src};
  const auto news = ledger_.learn(context, arrivals, travel);
  if (!arrivals.empty() || !stream.empty()) {
    trace_received(context, travel, arrivals, news.size());
  }
  if (!news.empty()) {
    on_filled(context);
    host_.on_filled(context, news);
  }
  // A fill that brought nothing brings nothing the next time.
  if (next_rank < nodes && (!news.empty() || !stream.empty())) send_page(context, rank, next_rank);
}

bool Repair::replay(std::uint16_t kind, std::string_view payload) {
  if (kind == kSettled) {
    settled_ = take<std::uint32_t>(payload);
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
  if (settled_ != 0) sink(kSettled, bytes_of(settled_));
  if (asked_.tries != 0) sink(kAsked, bytes_of(asked_));
  if (joining_) sink(kJoining, bytes_of(*joining_));
}

}  // namespace hearsay::gossip
