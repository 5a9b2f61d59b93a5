#include "worker/gossip/pace.h"

#include <algorithm>

namespace hearsay::gossip {
namespace {

// What computing, queues and timers may add to a round trip before a message counts as lost.
constexpr std::int64_t kLatenessNs = 30'000'000;
constexpr std::int64_t kSampleWeight = 8;
constexpr std::int64_t kLongestHopNs = 60'000'000'000;

}  // namespace

Pace choose_pace(std::int64_t budget_ns, std::int64_t hop_ns, std::uint32_t depth) {
  const std::int64_t spread_ns = hop_ns * depth;
  const std::int64_t round_trip_ns = hop_ns + spread_ns;
  Pace pace{};
  pace.direct = budget_ns < round_trip_ns;
  if (pace.direct) {
    pace.period_ns = std::max<std::int64_t>(0, budget_ns - spread_ns);
  } else {
    pace.period_ns = budget_ns - round_trip_ns + hop_ns / 4;
    if (pace.period_ns < round_trip_ns) pace.period_ns = hop_ns + hop_ns * 28 / 100;
  }
  pace.deadline_ns = round_trip_ns + pace.period_ns + hop_ns / 4 + kLatenessNs;
  return pace;
}

void HopLatency::sample(std::int64_t hop_ns) {
  hop_ns = std::clamp<std::int64_t>(hop_ns, 0, kLongestHopNs);
  if (hop_ns_ < 0) {
    hop_ns_ = hop_ns;
    return;
  }
  // A node that was paused or killed for a while must not make hops look slow.
  const std::int64_t believable_ns = std::min(hop_ns, 2 * hop_ns_ + kLatenessNs);
  hop_ns_ += (believable_ns - hop_ns_) / kSampleWeight;
}

}  // namespace hearsay::gossip
