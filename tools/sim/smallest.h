// From a seed that fails to the file with the smallest scenario that still does.
#pragma once

#include <cstdint>
#include <string>

#include "tools/sim/options.h"

namespace hearsay::sim {

// Shrinks what `seed` stands for, for a minute at most, keeps it as a file in the store and prints
// it: its grid, what is wrong, the command that runs it. `kind`: of the violation. Runs are spread
// over `jobs` processes. Throws what the store's file system throws.
void show_smallest(const SimOptions& swarm, std::uint64_t seed, const std::string& kind,
                   std::size_t jobs);

}  // namespace hearsay::sim
