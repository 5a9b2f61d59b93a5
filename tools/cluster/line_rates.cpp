#include "tools/cluster/line_rates.h"

#include <cstddef>

#include "common/base/units.h"

namespace hearsay::cluster {
namespace {

constexpr std::size_t kSamples = 6;

}  // namespace

void LineRates::take(std::int64_t now_ns, const Presence& counts) {
  samples_.push_back({now_ns, counts.lines_in, counts.lines_out});
  if (samples_.size() > kSamples) samples_.pop_front();
}

void LineRates::put_into(Presence& presence) const {
  if (samples_.size() < 2) return;
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  const double seconds = static_cast<double>(last.at_ns - first.at_ns) / kNsPerSecond;
  presence.in_per_s = static_cast<double>(last.in - first.in) / seconds;
  presence.out_per_s = static_cast<double>(last.out - first.out) / seconds;
}

}  // namespace hearsay::cluster
