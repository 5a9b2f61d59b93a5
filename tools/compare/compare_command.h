// `hearsay compare`: several strategies and budgets side by side.
#pragma once

#include "tools/compare/options.h"

namespace hearsay::compare {

// Runs, prints the table on stdout, writes compare.json, the picture and each run's results.
// Returns the exit code. `options` are resolved. The process has no other children.
int run_compare(const CompareOptions& options);

}  // namespace hearsay::compare
