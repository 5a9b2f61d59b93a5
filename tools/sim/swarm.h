// `hearsay sim --seeds A..B`: many small runs, each with a cluster, a load and faults of its own.
#pragma once

#include "tools/sim/options.h"

namespace hearsay::sim {

// Runs the seeds in processes side by side. Prints the first violation, by seed: what led to it and
// the command that repeats it. Returns the exit code, as of `hearsay test`.
int run_swarm(const SimOptions& options);

}  // namespace hearsay::sim
