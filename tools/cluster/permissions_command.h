// `hearsay cluster permissions`.
#pragma once

#include "tools/cluster/options.h"

namespace hearsay::cluster {

// Writes the folder. Returns the exit code.
int run_permissions(const ClusterOptions& options);

}  // namespace hearsay::cluster
