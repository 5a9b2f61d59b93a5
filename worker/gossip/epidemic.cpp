#include "worker/gossip/epidemic.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "common/base/record.h"
#include "common/base/units.h"
#include "worker/core/body.h"
#include "worker/gossip/circle.h"

namespace hearsay::gossip {
namespace {

constexpr std::int64_t kShortestCycleNs = 20 * kNsPerMs;
// A bit more than the hop that is assumed, so that what one tick sends is there before the next.
constexpr std::int64_t kShortestTickNs = 110 * kNsPerMs;
constexpr std::int64_t kMostDimensions = 31;
constexpr std::int64_t kEraCycles = 16;
constexpr std::int64_t kAdjustBy = 8;  // what is heard shifts the cycle by this part of it
constexpr std::int64_t kWorthNotingNs = 5 * kNsPerMs / 2;
constexpr std::size_t kMostRepeated = 64;

constexpr auto kPhase = static_cast<std::uint16_t>(StrategyChange::phase);
constexpr auto kForward = static_cast<std::uint16_t>(StrategyChange::forward);
constexpr auto kForwarded = static_cast<std::uint16_t>(StrategyChange::forwarded);

// In the journal: a value is to be sent along these dimensions too.
struct ForwardRecord {
  std::uint64_t era;
  std::uint32_t position;
  Dimensions left;
};
static_assert(sizeof(ForwardRecord) == 16);

// In the journal: at this tick everything was sent along the dimension that was to be.
struct ForwardedRecord {
  std::int64_t tick;
  std::uint32_t dimension;
  std::uint32_t zero;
};
static_assert(sizeof(ForwardedRecord) == 16);

// Clocks may start anywhere, also below zero.
std::int64_t floor_mod(std::int64_t number, std::int64_t modulus) {
  const std::int64_t rest = number % modulus;
  return rest < 0 ? rest + modulus : rest;
}

std::int64_t floor_div(std::int64_t number, std::int64_t divisor) {
  return (number - floor_mod(number, divisor)) / divisor;
}

Dimensions only(std::uint32_t dimension) {
  return Dimensions{1} << dimension;
}

}  // namespace

Epidemic::Epidemic(const GossipOptions& options, Knowledge& knowledge)
    : IdentifiedStrategy(knowledge),
      cycle_ns_(std::max(kShortestCycleNs, options.latency_budget_ms * kNsPerMs * 882 / 1000)),
      most_dimensions_(static_cast<std::uint32_t>(
          std::clamp<std::int64_t>(cycle_ns_ / kShortestTickNs, 1, kMostDimensions))),
      phase_{HopEstimate::kAssumedHopNs % cycle_ns_, 0, 0, kLongAgoNs},
      journalled_(phase_) {}

void Epidemic::see_cluster(const core::Context& context) {
  if (lattice_) return;
  lattice_.emplace(node_count(context), most_dimensions_);
  tick_ns_ = cycle_ns_ / std::max(1U, lattice_->dimensions());
  cycle_ns_ -= cycle_ns_ % tick_ns_;
}

// Ticks are numbered on this node's clock.
std::int64_t Epidemic::tick_number(std::int64_t at_ns) const {
  return floor_div(at_ns - phase_.offset_ns, tick_ns_);
}

std::int64_t Epidemic::into_cycle_ns(const core::Context& context) const {
  return floor_mod(context.now_ns() - phase_.offset_ns, cycle_ns_);
}

// Ticks that are done stay done.
void Epidemic::resume(core::Context& context) {
  const std::int64_t now_ns = context.now_ns();
  for (const Spreading& value : spreading_) {
    last_tick_ = std::max(last_tick_, tick_number(ledger_.log()[value.position].taken_ns));
  }
  last_tick_ = std::min(last_tick_, tick_number(now_ns));
  phase_.era_began_ns = std::min(phase_.era_began_ns, now_ns);
}

// What came too late for a tick that has only just been is sent on at once: else it would wait for
// a whole cycle.
void Epidemic::catch_up(core::Context& context) {
  const Dimensions late = std::exchange(late_, 0);
  const std::int64_t into_tick_ns = floor_mod(context.now_ns() - phase_.offset_ns, tick_ns_);
  const auto dimension =
      static_cast<std::uint32_t>(floor_mod(last_tick_, std::int64_t{lattice_->dimensions()}));
  if (last_tick_ != tick_number(context.now_ns()) || into_tick_ns > tick_ns_ / 3) return;
  if ((late & only(dimension)) != 0) send_along(context, dimension);
}

void Epidemic::do_due(core::Context& context) {
  if (lattice_->dimensions() == 0) return;  // nobody else is there
  const std::int64_t now_tick = tick_number(context.now_ns());
  const std::int64_t dimensions = lattice_->dimensions();
  catch_up(context);
  last_tick_ = std::max(last_tick_, now_tick - dimensions);  // a cycle late is late enough
  while (last_tick_ < now_tick && !spreading_.empty()) {
    ++last_tick_;
    send_along(context, static_cast<std::uint32_t>(floor_mod(last_tick_, dimensions)));
  }
  if (const auto due_ns = repair_.tick(context)) alarm_.ring_at(context, *due_ns);
  if (!spreading_.empty()) {
    alarm_.ring_at(context, phase_.offset_ns + (last_tick_ + 1) * tick_ns_);
  }
}

void Epidemic::on_news(core::Context& context, std::span<const std::string> values,
                       std::string_view /*source*/) {
  see_cluster(context);
  if (context.now_ns() >= phase_.era_began_ns + kEraCycles * cycle_ns_) {
    enter_era(context, std::min(phase_.era + 1, kMostCount));
  }
  for (const std::uint32_t position : ledger_.add_own(context, values, Fate::none)) {
    spread(context, position, phase_.era, lattice_->all());
  }
  repair_.on_news(context);
  tick(context);
}

// From the next tick on, and along each dimension once, however often the value comes.
void Epidemic::spread(core::Context& context, std::uint32_t position, std::uint64_t era,
                      Dimensions left) {
  if (granted_.size() <= position) granted_.resize(position + 1);
  left &= lattice_->all() & ~granted_[position];
  if (left == 0) return;
  if (spreading_.empty()) {
    last_tick_ = std::max(last_tick_, tick_number(context.now_ns()));
  }
  granted_[position] |= left;
  spreading_.push_back({era, position, left});
  context.change(kForward, bytes_of(ForwardRecord{era, position, left}));
}

void Epidemic::send_along(core::Context& context, std::uint32_t dimension) {
  std::map<std::uint64_t, std::vector<Spreading>> due;  // by era
  for (const Spreading& value : spreading_) {
    if ((value.left & only(dimension)) != 0) due[value.era].push_back(value);
  }
  if (due.empty()) return;
  for (const auto& [era, values] : due) {
    std::vector<std::uint32_t> positions;
    for (const Spreading& value : values) positions.push_back(value.position);
    std::size_t begin = 0;
    for (const auto& piece : pieces_of(ledger_, positions)) {
      send_in_era(context, era, std::span(values).subspan(begin, piece.size()), dimension);
      begin += piece.size();
    }
  }
  cleared(dimension);
  context.change(kForwarded, bytes_of(ForwardedRecord{last_tick_, dimension, 0}));
}

void Epidemic::cleared(std::uint32_t dimension) {
  for (Spreading& value : spreading_) value.left &= ~only(dimension);
  std::erase_if(spreading_, [](const Spreading& value) { return value.left == 0; });
}

void Epidemic::send_in_era(core::Context& context, std::uint64_t era,
                           std::span<const Spreading> values, std::uint32_t dimension) {
  const std::uint32_t own = own_rank(context);
  const Circle circle(node_count(context), era, node_count(context));
  const std::vector<std::uint32_t> recent =
      ledger_.learned_since(context.now_ns() - cycle_ns_, kMostRepeated, kRepeatedBytes);
  for (const std::uint32_t distance : lattice_->distances(dimension)) {
    const std::uint32_t peer = circle.node_after(own, distance);
    std::map<Dimensions, std::vector<std::uint32_t>> parts;  // by what is left to the peer
    std::set<std::uint32_t> due;
    for (const Spreading& value : values) {
      const std::uint32_t origin = ledger_.log()[value.position].id.source.rank;
      if (std::uint64_t{circle.steps(origin, own)} + distance >= circle.node_count()) continue;
      parts[value.left & ~only(dimension)].push_back(value.position);
      due.insert(value.position);
    }
    if (parts.empty()) continue;
    for (const std::uint32_t position : recent) {
      if (!due.contains(position)) parts[0].push_back(position);
    }
    std::string json;
    Values carried;
    for (auto& [left, positions] : parts) {
      json.append(json.empty() ? "[[" : ",[").append(std::to_string(left)).push_back(',');
      append_runs(json, ledger_.log(), ledger_.values(), positions);
      json.push_back(']');
      for (const std::uint32_t position : positions) {
        carried.push_back(ledger_.values()[ledger_.log()[position].value]);
      }
    }
    json.push_back(']');
    const std::string_view name = name_of(context, peer);
    context.send(name, kSpreadType, [&](protocol::MessageWriter& body) {
      body.integer("era", static_cast<std::int64_t>(era))
          .integer("into", into_cycle_ns(context) / kNsPerUs)
          .json("parts", json);
    });
    trace_sent(context, {way::kSpread, name}, carried);
  }
}

void Epidemic::enter_era(core::Context& context, std::uint64_t era) {
  phase_.era = era;
  phase_.era_began_ns = context.now_ns();
  journalled_ = phase_;
  context.change(kPhase, bytes_of(phase_));
}

void Epidemic::receive(core::Context& context, const protocol::Message& message) {
  if (message.type == kSpreadType) {
    handle_spread(context, message);
  } else {
    IdentifiedStrategy::receive(context, message);
  }
}

void Epidemic::handle_spread(core::Context& context, const protocol::Message& message) {
  const std::uint32_t sender = sender_rank(context, message);
  const std::uint64_t era = number_field(message, "era", kMostCount);
  const std::uint64_t into_us = number_field(message, "into", kMostMicroseconds);
  struct Part {
    Dimensions left;
    std::vector<Arrival> arrivals;
  };
  std::vector<Part> parts;
  for (const std::string_view element : read_elements(core::required_field(message, "parts"))) {
    const auto pair = read_elements(element);
    if (pair.size() != 2) throw core::BadRequest("a part has what is left, and runs");
    const std::uint64_t left = read_number(pair[0]);
    require_at_most(left, only(kMostDimensions) - 1);
    parts.push_back(
        {static_cast<Dimensions>(left), read_runs(pair[1], node_count(context), ledger_.limit())});
  }

  if (era > phase_.era && era - phase_.era <= kMostAhead) enter_era(context, era);
  adjust(context, into_us);
  const Travel travel{way::kSpread, message.src};
  Values values;
  std::size_t news = 0;
  for (const Part& part : parts) {
    const std::size_t new_here = ledger_.learn(context, part.arrivals, travel).size();
    if (new_here > 0) repair_.on_news(context);
    if (new_here > 0) late_ |= part.left;
    news += new_here;
    for (const Arrival& arrival : part.arrivals) {
      values.push_back(arrival.value);
      spread(context, *ledger_.log().position(arrival.id), era, part.left);
    }
    repair_.look_for_gaps(context, part.arrivals, sender);
  }
  trace_received(context, travel, values, news);
}

// The sender was so far into its cycle when it sent. On average over all nodes, what we are further
// into ours is the latency of a hop; the rest is a difference between our cycles.
void Epidemic::adjust(core::Context& context, std::uint64_t into_cycle_us) {
  const auto their_ns = static_cast<std::int64_t>(into_cycle_us) * kNsPerUs;
  std::int64_t difference_ns =
      floor_mod(into_cycle_ns(context) - their_ns - phase_.hop_ns, cycle_ns_);
  if (difference_ns > cycle_ns_ / 2) difference_ns -= cycle_ns_;
  phase_.hop_ns = std::clamp<std::int64_t>(phase_.hop_ns + difference_ns / kAdjustBy, 0, cycle_ns_);
  phase_.offset_ns += difference_ns / kAdjustBy;
  const std::int64_t moved_ns = std::abs(phase_.hop_ns - journalled_.hop_ns) +
                                std::abs(phase_.offset_ns - journalled_.offset_ns);
  if (moved_ns < kWorthNotingNs) return;
  journalled_ = phase_;
  context.change(kPhase, bytes_of(phase_));
}

void Epidemic::replay(std::uint16_t kind, std::string_view payload) {
  if (repair_.replay(kind, payload)) return;
  if (kind == kPhase) {
    phase_ = journalled_ = take<Phase>(payload);
  } else if (kind == kForwarded) {
    const auto record = take<ForwardedRecord>(payload);
    if (record.dimension >= kMostDimensions) throw CorruptSegment("there is no such dimension");
    last_tick_ = record.tick;
    cleared(record.dimension);
  } else if (kind == kForward) {
    const auto record = take<ForwardRecord>(payload);
    if (record.position >= ledger_.log().size()) {
      throw CorruptSegment("the journal names no such value");
    }
    granted_.resize(ledger_.log().size());
    granted_[record.position] |= record.left;
    spreading_.push_back({record.era, record.position, record.left});
  }
}

void Epidemic::snapshot(const core::Service::ChangeSink& sink) const {
  ledger_.snapshot(sink);
  repair_.snapshot(sink);
  sink(kPhase, bytes_of(phase_));
  for (const Spreading& value : spreading_) {
    sink(kForward, bytes_of(ForwardRecord{value.era, value.position, value.left}));
  }
}

}  // namespace hearsay::gossip
