// `hearsay bench`: measures ours beside others.
#pragma once

#include "tools/bench/options.h"

namespace hearsay::measure {

// Prints the table. Returns the exit code.
int run_bench(const BenchOptions& options);

}  // namespace hearsay::measure
