#include "tools/experiment/network/latency.h"

#include <cmath>

namespace hearsay::bench {

std::string_view name_of(LatencyDistribution distribution) {
  switch (distribution) {
    case LatencyDistribution::constant:
      return "constant";
    case LatencyDistribution::uniform:
      return "uniform";
    case LatencyDistribution::exponential:
      return "exponential";
  }
  return "";
}

std::optional<LatencyDistribution> parse_distribution(std::string_view name) {
  for (const auto each : {LatencyDistribution::constant, LatencyDistribution::uniform,
                          LatencyDistribution::exponential}) {
    if (name == name_of(each)) return each;
  }
  return std::nullopt;
}

std::int64_t draw_latency_ms(const Latency& latency, Random& random) {
  const std::int64_t mean = latency.mean_ms;
  if (mean == 0) return 0;
  switch (latency.distribution) {
    case LatencyDistribution::constant:
      return mean;
    case LatencyDistribution::uniform:
      return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * mean)));
    case LatencyDistribution::exponential:
      return static_cast<std::int64_t>(-static_cast<double>(mean) * std::log1p(-random.unit()));
  }
  return mean;
}

}  // namespace hearsay::bench
