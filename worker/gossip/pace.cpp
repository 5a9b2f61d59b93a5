#include "worker/gossip/pace.h"

#include <algorithm>

namespace hearsay::gossip {
namespace {

// What computing and timers may add to all this.
constexpr std::int64_t kComputingNs = 30'000'000;

}  // namespace

Pace choose_pace(std::int64_t budget_ns, const Hop& hop, std::uint32_t depth) {
  const std::int64_t spread_ns = hop.ns * depth;
  const std::int64_t round_trip_ns = hop.ns + spread_ns;
  Pace pace{};
  // One slow sample is no reason for each to go its own way.
  pace.direct = budget_ns < (hop.ns - std::min(hop.deviation_ns, hop.ns)) * (1 + depth);
  if (pace.direct) {
    pace.period_ns = std::max<std::int64_t>(0, budget_ns - spread_ns);
  } else {
    // The average is later than most; a budget is not cut for the sake of what is late.
    const std::int64_t usual_ns = std::max(hop.ns - 2 * hop.jitter_ns, hop.ns * 7 / 8);
    const std::int64_t usual_trip_ns = usual_ns * (1 + depth);
    const bool fits = budget_ns - usual_trip_ns + usual_ns / 4 >= usual_trip_ns * 9 / 10;
    const std::int64_t granted_ns = budget_ns - round_trip_ns + hop.ns / 4;
    const std::int64_t caught_ns = round_trip_ns + std::min(2 * hop.jitter_ns, hop.ns / 8);
    pace.period_ns = fits ? std::max(granted_ns, caught_ns) : hop.ns + hop.ns * 28 / 100;
  }
  pace.deadline_ns = round_trip_ns + pace.period_ns + hop.margin_ns + kComputingNs;
  return pace;
}

}  // namespace hearsay::gossip
