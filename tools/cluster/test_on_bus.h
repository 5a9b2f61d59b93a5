// `hearsay test --bus`: Maelstrom's workloads and checkers over the attached nodes of a cluster.
#pragma once

#include "tools/cluster/options.h"
#include "tools/console/options.h"

namespace hearsay::cluster {

// Prints the verdict on stdout, writes the results. Returns the exit code, as bench::run_test.
// `options` are resolved. Once a process: it takes over the process's signals.
int run_test_on_bus(bench::TestOptions options, const TestBusOptions& bus);

}  // namespace hearsay::cluster
