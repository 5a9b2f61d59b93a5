// `hearsay sim`: a run of simulated nodes in virtual time.
#pragma once

#include "tools/bench/options.h"

namespace hearsay::sim {

// Runs, prints the verdict on stdout. Returns the exit code, as of `hearsay test`. `options` are
// resolved; their node arguments are those of hearsay-node that concern the worker.
int run_sim(const bench::TestOptions& options);

}  // namespace hearsay::sim
