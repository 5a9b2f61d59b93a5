// The end of a run, real or simulated: results, history and plots on disk, the report on stdout.
#pragma once

#include "tools/console/options.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/run.h"
#include "tools/report/results.h"
#include "tools/report/store.h"

namespace hearsay::bench {

// Returns the exit code. A stdout that takes no report is said on stderr, and kExitRunFailed: the
// files are there all the same. Throws std::ios_base::failure when they can't be written.
int conclude(const TestOptions& options, const Workload& workload, const Run& run,
             const Network& network, const Outcome& outcome, const Store& store);

}  // namespace hearsay::bench
