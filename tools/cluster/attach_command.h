// `hearsay attach`: a node on the bus.
#pragma once

#include "tools/cluster/options.h"

namespace hearsay::cluster {

// Until the node ends. Returns the exit code. Once a process: it takes over the process's signals.
int run_attach(const AttachOptions& options);

}  // namespace hearsay::cluster
