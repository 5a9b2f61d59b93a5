#include "worker/services/counter.h"

#include <charconv>
#include <limits>

#include "worker/core/body.h"
#include "worker/core/context.h"

namespace hearsay::services {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

constexpr std::uint64_t kMostSum = kMost;

CounterKind::Total net(const CounterSums& sums) {
  return CounterKind::Total{sums.up} - CounterKind::Total{sums.down};
}

bool fits(CounterKind::Total number) {
  return number >= kLeast && number <= kMost;
}

constexpr std::string_view kTooLarge = "the counter does not fit 64 bits";

}  // namespace

void CounterKind::write(std::string& json, const Key& source, const Value& sums) {
  json.append(gossip::list_numbers({source.rank, source.incarnation, sums.up, sums.down}));
}

std::pair<gossip::Source, CounterSums> CounterKind::read(std::string_view json, std::size_t nodes) {
  const auto numbers = gossip::read_numbers(json);
  if (numbers.size() != 4) throw core::BadRequest("an entry of a counter has four numbers");
  if (numbers[0] >= nodes) throw core::BadRequest("no node has this rank");
  gossip::require_at_most(numbers[2], kMostSum);
  gossip::require_at_most(numbers[3], kMostSum);
  return {{static_cast<std::uint32_t>(numbers[0]), numbers[1]}, {numbers[2], numbers[3]}};
}

void CounterKind::took(const Key& /*source*/, const Value* before, const Value& now) {
  total += net(now) - (before == nullptr ? Total{0} : net(*before));
}

void Counter::handle(core::Context& context, const protocol::Message& message) {
  if (message.type == "add") {
    add(context, message);
  } else if (message.type == "read") {
    read(context, message);
  } else {
    sums_.handle(context, message);
  }
}

void Counter::add(core::Context& context, const protocol::Message& message) {
  const std::int64_t delta = core::integer_field(message, "delta");
  if (delta < 0 && may_ == May::grow) {
    throw core::BadRequest("body.delta must not be negative: this counter only grows");
  }
  const gossip::Source own = gossip::own_source(context);
  const CounterSums* known = sums_.find(own);
  CounterSums sums = known == nullptr ? CounterSums{0, 0} : *known;
  std::uint64_t& sum = delta < 0 ? sums.down : sums.up;
  const auto bits = static_cast<std::uint64_t>(delta);
  const std::uint64_t by = delta < 0 ? -bits : bits;
  if (by > kMostSum - sum || !fits(kind_.total + delta)) {
    context.error(message, protocol::ErrorCode::precondition_failed, kTooLarge);
    return;
  }
  sum += by;
  if (message.msg_id) context.reply(message, "add_ok");
  if (delta == 0) return;
  sums_.put(context, own, sums);
  sums_.tick(context);
}

void Counter::read(core::Context& context, const protocol::Message& message) {
  // Sums that fit where they were added need not fit together.
  if (!fits(kind_.total)) {
    context.error(message, protocol::ErrorCode::precondition_failed, kTooLarge);
    return;
  }
  context.reply(message, "read_ok", [&](protocol::MessageWriter& body) {
    body.integer("value", static_cast<std::int64_t>(kind_.total));
  });
}

}  // namespace hearsay::services
