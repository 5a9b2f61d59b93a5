// What one seed of the swarm stands for: a cluster, a load, faults, a strategy that must survive
// them.
#pragma once

#include <cstdint>
#include <string>

#include "tools/sim/options.h"

namespace hearsay::sim {

// Resolved options.
SimOptions draw_scenario(std::uint64_t seed);

// In a line, for people.
std::string describe(const SimOptions& scenario);

}  // namespace hearsay::sim
