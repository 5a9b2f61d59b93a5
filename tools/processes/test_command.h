// `hearsay test`: a run of real processes in real time.
#pragma once

#include "tools/console/options.h"
#include "tools/report/conclude.h"

namespace hearsay::bench {

// Runs, prints the verdict on stdout, writes the results. Returns the exit code. `options` are
// resolved. Once a process: it takes over the process's signals.
int run_test(const TestOptions& options);

// One run, however many are asked for. Throws what keeps it from starting, in words for people.
RunEnd run_one_test(const TestOptions& options);

}  // namespace hearsay::bench
