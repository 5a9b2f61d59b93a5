// `hearsay sim`: a run of simulated nodes in virtual time, or a swarm of them.
#pragma once

#include "tools/sim/options.h"

namespace hearsay::sim {

// Runs, prints the verdict on stdout, writes the results. Returns the exit code, as of
// `hearsay test`. `options` are resolved.
int run_sim(const SimOptions& options);

}  // namespace hearsay::sim
