// `hearsay cluster demo`: a server and three nodes, all of them ours, until Ctrl-C.
#pragma once

#include "tools/cluster/options.h"

namespace hearsay::cluster {

// Returns the exit code. Once a process: it takes over the process's signals.
int run_demo(const ClusterOptions& options);

}  // namespace hearsay::cluster
