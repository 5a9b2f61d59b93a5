// `hearsay cluster up`.
#pragma once

#include "tools/cluster/options.h"

namespace hearsay::cluster {

// Returns the exit code.
int run_up(const ClusterOptions& options);

}  // namespace hearsay::cluster
