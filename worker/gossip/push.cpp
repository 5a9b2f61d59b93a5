#include "worker/gossip/push.h"

#include <algorithm>
#include <numeric>

#include "common/base/clock.h"

namespace hearsay::gossip {
namespace {

constexpr std::uint32_t kRoundTimer = 0;

}  // namespace

Push::Push(const GossipOptions& options, const Knowledge& knowledge)
    : Strategy(knowledge),
      interval_ns_(options.interval_ms * kNsPerMs),
      fanout_(static_cast<std::uint64_t>(options.fanout)) {}

void Push::start(core::Context& context) {
  due_ns_.reset();
  if (!knowledge().values.empty()) begin_rounds(context);
}

void Push::on_news(core::Context& context, std::span<const std::string> /*values*/,
                   std::string_view /*source*/) {
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

void Push::push_to_some(core::Context& context, const std::vector<std::string>& nodes) {
  std::vector<std::size_t> order(nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < order.size() && i < fanout_; ++i) {
    std::swap(order[i], order[i + context.random().below(order.size() - i)]);
    tell(context, nodes[order[i]], knowledge().values.json_array());
  }
}

}  // namespace hearsay::gossip
