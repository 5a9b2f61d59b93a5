#include "worker/gossip/push.h"

#include <algorithm>
#include <map>

#include "common/base/units.h"

namespace hearsay::gossip {
namespace {

constexpr std::uint32_t kRoundTimer = 0;

}  // namespace

Push::Push(const GossipOptions& options, Knowledge& knowledge)
    : Strategy(knowledge),
      interval_ns_(options.interval_ms * kNsPerMs),
      fanout_(static_cast<std::uint64_t>(options.fanout)) {}

void Push::start(core::Context& context) {
  due_ns_.reset();
  if (!knowledge().values.empty()) begin_rounds(context);
}

void Push::on_news(core::Context& context, std::span<const std::string> values,
                   std::string_view /*source*/) {
  keep(context, values);
  if (!due_ns_) begin_rounds(context);
}

void Push::begin_rounds(core::Context& context) {
  const std::uint64_t phase_ns = context.random().below(static_cast<std::uint64_t>(interval_ns_));
  due_ns_ = context.now_ns() + static_cast<std::int64_t>(phase_ns);
  context.wake_at(*due_ns_, kRoundTimer);
}

void Push::on_timer(core::Context& context, std::uint32_t /*token*/) {
  push_to_some(context, context.identity().peers);
  push_to_some(context, knowledge().neighbours);
  // A late round does not shift the later ones, and missed rounds are not made up for.
  const std::int64_t due_ns = due_ns_.value_or(context.now_ns());
  const std::int64_t missed = std::max<std::int64_t>(0, context.now_ns() - due_ns) / interval_ns_;
  due_ns_ = due_ns + (missed + 1) * interval_ns_;
  context.wake_at(*due_ns_, kRoundTimer);
}

// A shuffle of all nodes that is broken off after `fanout_`: what it has swapped is all that it
// keeps, as the nodes may be many.
void Push::push_to_some(core::Context& context, const core::Roster& nodes) {
  std::map<std::size_t, std::size_t> swapped;  // position, what stands there now
  const auto at = [&](std::size_t position) {
    const auto found = swapped.find(position);
    return found == swapped.end() ? position : found->second;
  };
  for (std::size_t i = 0; i < nodes.size() && i < fanout_; ++i) {
    const std::size_t drawn = i + context.random().below(nodes.size() - i);
    const std::size_t chosen = at(drawn);
    swapped[drawn] = at(i);
    tell(context, nodes[chosen], knowledge().values.json_array());
  }
}

}  // namespace hearsay::gossip
