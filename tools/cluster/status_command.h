// `hearsay cluster status`.
#pragma once

#include "tools/cluster/options.h"

namespace hearsay::cluster {

// Returns the exit code.
int run_status(const ClusterOptions& options);

}  // namespace hearsay::cluster
