// `hearsay call`: one request to one node, from the shell.
#pragma once

#include "tools/cluster/options.h"

namespace hearsay::cluster {

// Prints the body of the answer. Returns the exit code.
int run_call(const CallOptions& options);

}  // namespace hearsay::cluster
