// How long a message takes from one node to another: Maelstrom's three distributions, in whole
// milliseconds, as there.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tools/experiment/time/random.h"

namespace hearsay::bench {

enum class LatencyDistribution { constant, uniform, exponential };

// As --latency-dist takes it: "constant", "uniform", "exponential".
std::string_view name_of(LatencyDistribution distribution);
std::optional<LatencyDistribution> parse_distribution(std::string_view name);

struct Latency {
  std::int64_t mean_ms = 0;
  LatencyDistribution distribution = LatencyDistribution::constant;

  bool operator==(const Latency&) const = default;
};

// Draws nothing where nothing is left to chance.
std::int64_t draw_latency_ms(const Latency& latency, Random& random);

}  // namespace hearsay::bench
