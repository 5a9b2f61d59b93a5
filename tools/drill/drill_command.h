// `hearsay drill`: workers or whole nodes are killed, hundreds of times, under load; and what came
// of it.
#pragma once

#include "tools/drill/options.h"

namespace hearsay::drill {

// Runs, prints the table on stdout, writes the results. Returns the exit code. `options` are
// resolved. Once a process: it takes over the process's signals.
int run_drill(const DrillOptions& options);

}  // namespace hearsay::drill
