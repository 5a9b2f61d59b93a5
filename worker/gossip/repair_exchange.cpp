// Repair: what nodes say they have and miss, and how one fills in what another lacks.
#include <algorithm>
#include <limits>

#include "common/base/units.h"
#include "worker/core/body.h"
#include "worker/gossip/repair.h"

namespace hearsay::gossip {
namespace {

constexpr std::size_t kMostClaims = 512;      // in one vector
constexpr std::uint64_t kFillBytes = 32'768;  // of values in one fill, or one value

}  // namespace

// The whole vector if it fits on a page, else a page from where the last one ended.
void Repair::send_vector(core::Context& context, std::uint32_t rank, bool wants_answer) {
  send_page(context, rank, ledger_.log().source_count() <= kMostClaims ? 0 : vector_from_,
            wants_answer);
}

// Up to kMostClaims sources. A page speaks for all ranks from the first to the last of its field
// "ranks".
void Repair::send_page(core::Context& context, std::uint32_t rank, std::uint32_t first,
                       bool wants_answer) {
  asked_ns_[rank] = context.now_ns();
  const ValueLog& log = ledger_.log();
  const std::uint32_t nodes = node_count(context);
  std::uint32_t last = nodes - 1;
  std::string vector = "[";
  std::size_t claims = 0;
  for (auto at = log.first_place({first, 0}); at < log.source_count(); ++at) {
    const ValueLog::Known& known = log.source_at(at);
    if (claims >= kMostClaims && known.rank != last) break;
    if (++claims >= kMostClaims) last = known.rank;
    if (vector.size() > 1) vector.push_back(',');
    append_claim(vector, known.source(), known.positions.size());
  }
  if (claims < kMostClaims) last = nodes - 1;
  vector.push_back(']');
  vector_from_ = last + 1 < nodes ? last + 1 : 0;
  std::string early;
  const auto& behind_gaps = log.early();
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
      bytes += ledger_.bytes_of_value(position);
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
  auto at = log.first_place({first_rank, 0});
  for (; at < log.source_count() && log.source_at(at).rank <= last_rank; ++at) {
    const auto& known = log.source_at(at).positions;
    const auto found = theirs.find(log.source_at(at).source());
    std::uint32_t i = found == theirs.end() ? 0 : found->second;
    for (; i < known.size() && bytes < kFillBytes; ++i) {
      const LogEntry entry = log[known[i]];
      // A clock that went back (another boot) makes a value look new for ever.
      if (entry.taken_ns > old_enough_ns && entry.taken_ns <= context.now_ns()) break;
      positions.push_back(known[i]);
      bytes += ledger_.bytes_of_value(known[i]);
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
    bytes += ledger_.bytes_of_value(behind->second);
  }
  FillNotes notes;
  notes.echo_us = at_us;
  if (!positions.empty() && at < log.source_count()) {
    notes.next_rank = log.source_at(at).rank;
  }
  if (positions.empty() && at_us == 0) return;
  send_fill(context, rank, positions, notes);
}

void Repair::handle_fill(core::Context& context, const protocol::Message& message) {
  const std::uint32_t rank = sender_rank(context, message);
  const std::uint64_t epoch = number_field(message, "epoch", kMostCount);
  const std::uint32_t nodes = node_count(context);
  const auto next_rank =
      static_cast<std::uint32_t>(number_field_or(message, "next", nodes, nodes - 1));
  const auto arrivals = read_runs(core::required_field(message, "runs"), nodes, ledger_.limit());
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

}  // namespace hearsay::gossip
