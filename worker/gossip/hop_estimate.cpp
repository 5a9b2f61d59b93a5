#include "worker/gossip/hop_estimate.h"

#include <algorithm>
#include <cstdlib>

#include "common/base/units.h"

namespace hearsay::gossip {
namespace {

constexpr std::int64_t kSampleWeight = 8;
constexpr std::int64_t kDeviationWeight = 4;
constexpr std::int64_t kLongestHopNs = 60 * kNsPerSecond;
// What computing, queues and timers may add.
constexpr std::int64_t kLatenessNs = 30 * kNsPerMs;
constexpr std::int64_t kLeastMarginNs = 20 * kNsPerMs;
constexpr std::int64_t kJitters = 4;  // as RFC 6298 takes four deviations
// What a message of the stream takes away from the window: one part of so many.
constexpr std::int64_t kWindowParts = 256;

}  // namespace

void HopEstimate::sample(std::int64_t hop_ns) {
  hop_ns = std::clamp<std::int64_t>(hop_ns, 0, kLongestHopNs);
  if (hop_ns_ < 0) {
    hop_ns_ = hop_ns;
    deviation_ns_ = hop_ns / 2;
    return;
  }
  // A node that was paused or killed for a while must not make hops look slow.
  const std::int64_t believable_ns = std::min(hop_ns, 2 * hop_ns_ + kLatenessNs);
  deviation_ns_ += (std::abs(believable_ns - hop_ns_) - deviation_ns_) / kDeviationWeight;
  hop_ns_ += (believable_ns - hop_ns_) / kSampleWeight;
}

void HopEstimate::restore(const Record& record) {
  hop_ns_ = record.hop_ns;
  deviation_ns_ = record.deviation_ns;
}

std::int64_t HopEstimate::on_transit(const Source& sender, std::uint64_t sent_us,
                                     std::int64_t now_ns) {
  const std::int64_t transit_ns = now_ns - static_cast<std::int64_t>(sent_us) * kNsPerUs;
  if (sender_ != sender) {
    sender_ = sender;
    transit_ns_ = usual_transit_ns_ = transit_ns;
    return 0;
  }
  // As with hops: a pause must not look like jitter for long.
  const std::int64_t difference_ns =
      std::min(std::abs(transit_ns - transit_ns_), 3 * jitter_ns_ + ns());
  jitter_ns_ += (difference_ns - jitter_ns_) / kSampleWeight;
  window_ns_ -= window_ns_ / kWindowParts;
  transit_ns_ = transit_ns;
  const std::int64_t late_ns = std::max<std::int64_t>(0, transit_ns - usual_transit_ns_);
  usual_transit_ns_ += std::clamp((transit_ns - usual_transit_ns_) / kSampleWeight, -ns(), ns());
  return late_ns;
}

void HopEstimate::hear_jitter(std::int64_t jitter_ns) {
  jitter_ns_ +=
      (std::clamp<std::int64_t>(jitter_ns, 0, kMostMarginNs) - jitter_ns_) / kSampleWeight;
}

void HopEstimate::on_false_alarm() {
  if (measured()) window_ns_ = std::min(margin_ns() * 3 / 2, kMostMarginNs);
}

std::int64_t HopEstimate::margin_ns() const {
  if (!measured()) return kUnknownMarginNs;
  const std::int64_t margin_ns =
      std::max({kLeastMarginNs, hop_ns_ / 4, kJitters * jitter_ns_, window_ns_});
  return std::min(margin_ns, kMostMarginNs);
}

}  // namespace hearsay::gossip
