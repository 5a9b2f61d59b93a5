#include "worker/gossip/epidemic.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "common/base/clock.h"
#include "common/base/record.h"
#include "worker/core/body.h"
#include "worker/gossip/spread_tree.h"

namespace hearsay::gossip {
namespace {

constexpr std::uint32_t kSteps = 3;
constexpr std::int64_t kShortestRoundNs = 20 * kNsPerMs;
constexpr std::int64_t kAdjustBy = 8;  // what is heard shifts the rounds by this part of it
constexpr std::int64_t kGatherNs = 5 * kNsPerMs;  // how long a step waits for the step before it
constexpr std::int64_t kNsPerUs = 1000;

constexpr auto kOwed = static_cast<std::uint16_t>(StrategyChange::owed);
constexpr auto kPhase = static_cast<std::uint16_t>(StrategyChange::phase);
constexpr auto kForward = static_cast<std::uint16_t>(StrategyChange::forward);
constexpr auto kForwarded = static_cast<std::uint16_t>(StrategyChange::forwarded);
constexpr auto kFlushed = static_cast<std::uint16_t>(StrategyChange::flushed);

// The distances that each step covers: in step s the multiples of spans[s] below spans[s-1].
// spans[0] is the whole circle, the last is 1.
std::array<std::uint64_t, 1 + kSteps> spans_of(std::uint32_t nodes) {
  std::uint64_t middle = 1;  // as many groups of pairs as the cube root of their number
  while (2 * middle * middle * middle < nodes) ++middle;
  return {nodes, 2 * middle, 2, 1};
}

// In the journal: `position` is to be sent on with `step` of `round`, or, as kForwarded, all that
// was has been.
struct ForwardRecord {
  std::uint64_t round;
  std::int64_t due_ns;
  std::uint32_t step;
  std::uint32_t position;
};
static_assert(sizeof(ForwardRecord) == 24);

}  // namespace

Epidemic::Epidemic(const GossipOptions& options, Knowledge& knowledge)
    : Strategy(knowledge),
      round_ns_(std::max(kShortestRoundNs, options.latency_budget_ms * kNsPerMs * 82 / 100)),
      hop_ns_(round_ns_ / kSteps),
      phase_{hop_ns_, 0},
      ledger_(knowledge),
      repair_(*this, ledger_, streams_) {}

void Epidemic::start(core::Context& context) {
  alarm_.start();
  if (!owed_.empty()) {
    round_due_ns_ = round_start_ns(ledger_.log()[owed_.front()].taken_ns) + round_ns_;
    // After a reboot the clock has gone back.
    round_due_ns_ = std::min(round_due_ns_, context.now_ns() + round_ns_);
  }
  for (auto& [which, waiting] : forwards_) {
    waiting.due_ns = std::min(waiting.due_ns, context.now_ns() + round_ns_);
  }
  repair_.start(context);
  tick(context);
}

void Epidemic::on_timer(core::Context& context, std::uint32_t /*token*/) {
  alarm_.rang(context);
  tick(context);
}

void Epidemic::tick(core::Context& context) {
  const std::int64_t now_ns = context.now_ns();
  if (!owed_.empty() && round_due_ns_ <= now_ns) begin_round(context);
  while (!forwards_.empty()) {
    const auto due = std::find_if(forwards_.begin(), forwards_.end(), [&](const auto& forward) {
      return forward.second.due_ns <= now_ns;
    });
    if (due == forwards_.end()) break;
    Forward ready = std::move(due->second);
    const auto [round, step] = due->first;
    forwards_.erase(due);
    context.change(kForwarded, bytes_of(ForwardRecord{round, 0, step, 0}));
    send_step(context, round, step, ready.positions);
  }
  if (const auto due_ns = repair_.tick(context)) alarm_.ring_at(context, *due_ns);
  if (!owed_.empty()) alarm_.ring_at(context, round_due_ns_);
  for (const auto& [which, waiting] : forwards_) alarm_.ring_at(context, waiting.due_ns);
}

// When the round that goes on at `now_ns` began.
std::int64_t Epidemic::round_start_ns(std::int64_t now_ns) const {
  const std::int64_t into_ns = (now_ns - offset_ns_) % round_ns_;
  return now_ns - (into_ns < 0 ? into_ns + round_ns_ : into_ns);
}

void Epidemic::on_news(core::Context& context, std::span<const std::string> values,
                       std::string_view /*source*/) {
  if (owed_.empty()) round_due_ns_ = round_start_ns(context.now_ns()) + round_ns_;
  for (const std::string& value : values) {
    owed_.push_back(ledger_.add_own(context, value));
    context.change(kOwed, bytes_of(owed_.back()));
  }
  repair_.on_news(context);
  tick(context);
}

// The first step of what this node took itself.
void Epidemic::begin_round(core::Context& context) {
  // A number that all nodes draw the same stride from; whose rounds differ says so in its messages.
  // Clocks may start anywhere, also below zero.
  const auto round = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, (context.now_ns() - offset_ns_ + round_ns_ / 2) / round_ns_));
  std::vector<std::uint32_t> positions = std::exchange(owed_, {});
  context.change(kFlushed, bytes_of(FlushRecord{0, context.now_ns()}));
  send_step(context, round, 1, positions);
  forward_later(context, round, 1, positions);
}

// What has come with `step` goes out with all later ones, each a hop after the one before.
void Epidemic::forward_later(core::Context& context, std::uint64_t round, std::uint32_t step,
                             const std::vector<std::uint32_t>& positions) {
  std::int64_t due_ns = context.now_ns();
  for (std::uint32_t later = step + 1; later <= kSteps; ++later) {
    due_ns += hop_ns_ + 2 * kGatherNs;
    if (positions.empty() && !forwards_.contains({round, later})) continue;
    Forward& waiting = forwards_.try_emplace({round, later}, Forward{{}, due_ns}).first->second;
    for (const std::uint32_t position : positions) {
      waiting.positions.push_back(position);
      context.change(kForward, bytes_of(ForwardRecord{round, waiting.due_ns, later, position}));
    }
  }
}

// A message of the step before has come: the others will be here soon.
void Epidemic::hasten(core::Context& context, std::uint64_t round, std::uint32_t step) {
  const auto waiting = forwards_.find({round, step});
  if (waiting == forwards_.end()) return;
  waiting->second.due_ns = std::min(waiting->second.due_ns, context.now_ns() + kGatherNs);
}

void Epidemic::send_step(core::Context& context, std::uint64_t round, std::uint32_t step,
                         std::vector<std::uint32_t>& positions) {
  const std::uint32_t nodes = node_count(context);
  const auto spans = spans_of(nodes);
  const std::uint64_t stride = draw_stride(nodes, round, nodes);
  std::string runs;
  append_runs(runs, ledger_.log(), ledger_.values(), positions);
  const std::int64_t since_start_ns = context.now_ns() - round_start_ns(context.now_ns());
  for (std::uint64_t distance = spans[step]; distance < spans[step - 1]; distance += spans[step]) {
    if (distance >= nodes) break;
    const auto rank = static_cast<std::uint32_t>((own_rank(context) + distance * stride) % nodes);
    context.send(name_of(context, rank), kSpreadType, [&](protocol::MessageWriter& body) {
      body.integer("round", static_cast<std::int64_t>(round)).integer("step", step);
      if (step == 1) body.integer("since", since_start_ns / kNsPerUs);
      body.json("runs", runs);
    });
  }
}

void Epidemic::handle(core::Context& context, const protocol::Message& message) {
  if (message.type == kSpreadType) {
    handle_spread(context, message);
  } else if (message.type == kHaveType) {
    repair_.handle_have(context, message);
  } else if (message.type == kFillType) {
    repair_.handle_fill(context, message);
  } else {
    Strategy::handle(context, message);
  }
  tick(context);
}

void Epidemic::handle_spread(core::Context& context, const protocol::Message& message) {
  const std::uint32_t sender = sender_rank(context, message);
  const std::uint64_t round = number_field(message, "round", kMostCount);
  const std::uint64_t step = number_field(message, "step", kSteps);
  const std::uint64_t since_us = number_field_or(message, "since", 0, kMostMicroseconds);
  const auto arrivals = read_runs(core::required_field(message, "runs"), node_count(context));
  if (step == 0) throw core::BadRequest("there is no such step");

  const auto news = ledger_.learn(context, arrivals, message.src);
  if (!news.empty()) repair_.on_news(context);
  if (step == 1) adjust(context, since_us);
  forward_later(context, round, static_cast<std::uint32_t>(step), news);
  hasten(context, round, static_cast<std::uint32_t>(step) + 1);
  if (ledger_.log().has_gaps()) repair_.on_doubt(context, sender, false);
}

// The sender was `since_start_us` into its round when it sent. On average over all nodes, what we
// are further into ours is the latency of a hop; the rest is a difference between our rounds.
void Epidemic::adjust(core::Context& context, std::uint64_t since_start_us) {
  // Its rounds may be longer than ours, with another latency budget.
  const std::int64_t since_start_ns =
      static_cast<std::int64_t>(since_start_us) * kNsPerUs % round_ns_;
  const std::int64_t into_ns = context.now_ns() - round_start_ns(context.now_ns());
  std::int64_t difference_ns = (into_ns - since_start_ns - hop_ns_) % round_ns_;
  if (difference_ns > round_ns_ / 2) difference_ns -= round_ns_;
  if (difference_ns < -round_ns_ / 2) difference_ns += round_ns_;
  hop_ns_ = std::clamp<std::int64_t>(hop_ns_ + difference_ns / kAdjustBy, 0, round_ns_);
  offset_ns_ += difference_ns / kAdjustBy;
  const std::int64_t moved_ns =
      std::abs(hop_ns_ - phase_.hop_ns) + std::abs(offset_ns_ - phase_.offset_ns);
  if (moved_ns < kGatherNs / 2) return;
  // Good enough for the next worker.
  phase_ = {hop_ns_, offset_ns_};
  context.change(kPhase, bytes_of(phase_));
}

void Epidemic::on_filled(core::Context& /*context*/, const std::vector<std::uint32_t>& /*news*/) {}

void Epidemic::replay(std::uint16_t kind, std::string_view payload) {
  if (ledger_.replay(kind, payload) || repair_.replay(kind, payload)) return;
  if (kind == kOwed) {
    const auto position = take<std::uint32_t>(payload);
    if (position >= ledger_.log().size()) throw CorruptSegment("the journal names no such value");
    owed_.push_back(position);
  } else if (kind == kFlushed) {
    owed_.clear();
  } else if (kind == kPhase) {
    phase_ = take<Phase>(payload);
    hop_ns_ = phase_.hop_ns;
    offset_ns_ = phase_.offset_ns;
  } else if (kind == kForwarded) {
    const auto record = take<ForwardRecord>(payload);
    forwards_.erase({record.round, record.step});
  } else if (kind == kForward) {
    const auto record = take<ForwardRecord>(payload);
    if (record.position >= ledger_.log().size() || record.step == 0 || record.step > kSteps) {
      throw CorruptSegment("the journal names no such value or step");
    }
    Forward& waiting = forwards_[{record.round, record.step}];
    waiting.positions.push_back(record.position);
    waiting.due_ns = record.due_ns;
  }
}

void Epidemic::snapshot(const core::Service::ChangeSink& sink) const {
  ledger_.snapshot(sink);
  repair_.snapshot(sink);
  sink(kPhase, bytes_of(phase_));
  for (const std::uint32_t position : owed_) sink(kOwed, bytes_of(position));
  for (const auto& [which, waiting] : forwards_) {
    for (const std::uint32_t position : waiting.positions) {
      sink(kForward, bytes_of(ForwardRecord{which.first, waiting.due_ns, which.second, position}));
    }
  }
}

}  // namespace hearsay::gossip
