// The relay strategy: how a node tells the relay its values, sees them come back, and finds out
// that they don't; and what the relay answers.
#include <algorithm>
#include <utility>

#include "common/base/record.h"
#include "common/base/units.h"
#include "worker/core/body.h"
#include "worker/gossip/position_runs.h"
#include "worker/gossip/relay.h"
#include "worker/gossip/spread_tree.h"

namespace hearsay::gossip {
namespace {

constexpr int kMostTells = 4;
constexpr std::int64_t kAnswerSlackNs = 30 * kNsPerMs;
constexpr std::size_t kMostPings = 16;  // in one batch
constexpr auto kEchoed = static_cast<std::uint16_t>(StrategyChange::echoed);

}  // namespace

// To the relay, and with a batch down its tree.
std::int64_t Relay::round_trip_ns(const core::Context& context) const {
  return hop_.ns() * (1 + tree_depth(node_count(context)));
}

// The value is expected back in a batch of the relay.
void Relay::await(core::Context& context, std::uint32_t position) {
  told_.put({position, context.now_ns(), context.now_ns() + pace_.deadline_ns, 0, 0});
}

void Relay::tell(core::Context& context, const std::vector<std::uint32_t>& positions, bool urgent) {
  // What was lost once has no time to be lost again.
  const int copies = repair_.in_unrest(context) ? 1 : loss_.tells() + (urgent ? 1 : 0);
  for (auto& piece : pieces_of(ledger_, positions)) {
    for (int copy = 0; copy < copies; ++copy) {
      send_tell(context, piece, urgent, copy == 0 ? arrivals_.take() : std::nullopt);
    }
  }
}

void Relay::send_tell(core::Context& context, std::vector<std::uint32_t>& positions, bool urgent,
                      const std::optional<ArrivalCount::Counts>& seen) {
  const std::string_view peer = name_of(context, relay(context));
  std::string runs;
  append_runs(runs, ledger_.log(), ledger_.values(), positions);
  context.send(peer, kTellType, [&](protocol::MessageWriter& body) {
    body.integer("epoch", static_cast<std::int64_t>(epoch_))
        .integer("at", static_cast<std::int64_t>(time_us(context)))
        .integer("hop", hop_.measured() ? hop_.ns() / kNsPerUs : 0)
        .integer("jitter", hop_.jitter_ns() / kNsPerUs)
        .json("runs", runs);
    if (urgent) body.integer("urgent", 1);
    if (seen) body.json("seen", list_numbers({seen->came, seen->lost, seen->after_all}));
  });
  trace_sent(context, {way::kTell, peer}, values_of_runs(context, runs));
}

// What has not come back by its deadline is told again, or this node takes over.
void Relay::tell_again(core::Context& context) {
  if (is_root(context) && !told_.empty()) {
    return owe_what_was_told(context);  // it became the relay in the meantime
  }
  std::vector<std::uint32_t> positions;
  bool silent = false;
  bool unheard = false;
  for (Told told : told_.due_at(context.now_ns())) {
    const bool heard = relay_heard_ns_ >= told.sent_ns + hop_.ns();
    silent = silent || (!heard && told.probes >= loss_.questions()) || told.tries >= kMostTells;
    unheard = unheard || !heard;
    told.probes = heard ? 0 : told.probes + 1;
    told.missed = false;
    expect_back(context, told);
    positions.push_back(told.position);
  }
  if (positions.empty()) return;
  if (silent) return take_over(context);
  tell(context, positions, true);
  // What gets lost now looks like a dead relay.
  if (unheard) tell(context, positions, true);
}

// It was just told again: when it is to come back, or the relay to answer.
void Relay::expect_back(core::Context& context, Told told) {
  const std::int64_t answer_ns = 2 * hop_.ns() + hop_.margin_ns() + kAnswerSlackNs;
  told.sent_ns = context.now_ns();
  told.due_ns = context.now_ns() + (told.probes > 0 ? answer_ns : pace_.deadline_ns);
  ++told.tries;
  told_.put(told);
}

void Relay::owe_what_was_told(core::Context& context) {
  std::vector<std::uint32_t> positions;
  for (const Told& told : told_.all()) positions.push_back(told.position);
  told_.clear();
  owe(context, positions);
}

// Whose own values are in a batch knows that they have reached the relay; also those of an earlier
// incarnation.
void Relay::came_back(core::Context& context, const std::vector<Arrival>& arrivals) {
  const std::uint32_t self = own_rank(context);
  std::vector<std::uint32_t> echoed;
  for (const Arrival& arrival : arrivals) {
    if (arrival.id.source.rank != self) continue;
    const auto position = ledger_.log().position(arrival.id);
    const Told* told = position ? told_.find(*position) : nullptr;
    if (told == nullptr) continue;
    // So soon after it was told again? Then it was not lost the first time (Eifel, RFC 3522).
    if (told->missed && told->sent_ns + round_trip_ns(context) * 3 / 4 > context.now_ns()) {
      hop_.on_false_alarm();
    }
    told_.forget(*position);
    echoed.push_back(*position);
  }
  if (!echoed.empty()) context.change(kEchoed, position_runs(echoed));
}

// A value that had long reached the relay when it sent its batch, and was not in it, got lost. The
// batch itself may have been under way for longer than usual.
void Relay::tell_what_was_missed(core::Context& context, std::int64_t late_ns) {
  const std::int64_t patience_ns = round_trip_ns(context) + late_ns + hop_.margin_ns();
  std::vector<std::uint32_t> positions;
  for (Told told : told_.all()) {
    if (told.sent_ns + patience_ns > context.now_ns()) continue;
    positions.push_back(told.position);
    told.probes = 0;
    told.missed = true;
    expect_back(context, told);
  }
  if (!positions.empty()) tell(context, positions, true);
}

// The relay had got these before they were told again.
void Relay::on_known(core::Context& context, const std::vector<Arrival>& arrivals) {
  bool was_late = false;
  told_.for_each([&](const Told& told) { was_late = was_late || told.missed; });
  if (was_late) hop_.on_false_alarm();
  came_back(context, arrivals);
}

void Relay::handle_tell(core::Context& context, const protocol::Message& message) {
  const std::uint32_t teller = sender_rank(context, message);
  const std::uint64_t epoch = number_field(message, "epoch", kMostCount);
  const std::uint64_t at_us = number_field(message, "at", kMostMicroseconds);
  const std::uint64_t hop_us = number_field(message, "hop", kMostMicroseconds);
  const std::uint64_t jitter_us = number_field_or(message, "jitter", 0, kMostMicroseconds);
  const bool urgent = number_field_or(message, "urgent", 0, 1) != 0;
  std::vector<std::uint64_t> seen;
  if (const auto field = message.field("seen")) seen = read_numbers(*field);
  if (!seen.empty() && seen.size() != 3) throw core::BadRequest("seen: came, lost, came after all");
  for (const std::uint64_t count : seen) require_at_most(count, kMostCount);
  const auto arrivals =
      read_runs(core::required_field(message, "runs"), node_count(context), ledger_.limit());

  hear_of_epoch(context, epoch);
  const Travel travel{way::kTell, message.src};
  const bool root = is_root(context);
  const auto news = ledger_.learn(context, arrivals, travel, root ? Fate::owed : Fate::none);
  trace_received(context, travel, arrivals, news.size());
  if (!news.empty()) repair_.on_news(context);
  if (!root) {
    if (urgent) repair_.say_here(context, teller, 0, {});
    if (!news.empty()) tell(context, news, urgent);
    return;
  }
  if (!seen.empty()) loss_.add({seen[0], seen[1], seen[2]});
  if (hop_us > 0) {
    hop_.sample(static_cast<std::int64_t>(hop_us) * kNsPerUs);
    hop_.hear_jitter(static_cast<std::int64_t>(jitter_us) * kNsPerUs);
  }
  note_ping({teller, at_us, context.now_ns()}, hop_us > 0);
  for (const std::uint32_t position : news) owed_.add(position);
  if (urgent) answer_urgent(context, teller, at_us, arrivals, news);
}

// Echoes one time in each batch, and those of all who know nothing yet.
void Relay::note_ping(const Ping& ping, bool measured) {
  if (measured && !pings_.empty()) return;
  if (pings_.size() < kMostPings) pings_.push_back(ping);
}

// What went out before the teller gets by itself, for the others have it. What was lost on its way
// here, or came late and is still owed, has waited for long: it goes out soon.
void Relay::answer_urgent(core::Context& context, std::uint32_t teller, std::uint64_t at_us,
                          const std::vector<Arrival>& arrivals,
                          const std::vector<std::uint32_t>& news) {
  std::vector<std::uint32_t> sent;
  std::vector<std::uint32_t> wanted;
  for (const Arrival& arrival : arrivals) {
    const std::uint32_t position = *ledger_.log().position(arrival.id);
    const bool went_out = !owed_.contains(position) && batch_log_.has_sent(position);
    (went_out ? sent : wanted).push_back(position);
  }
  // Of a second copy everything is known, which says nothing.
  std::uint64_t& answered_us = answered_us_[teller];
  const std::uint64_t known = answered_us == at_us ? 0 : arrivals.size() - news.size();
  answered_us = at_us;
  repair_.say_here(context, teller, known, std::move(sent));
  urgent_ = urgent_ || !wanted.empty();
  owe(context, wanted);
}

}  // namespace hearsay::gossip
