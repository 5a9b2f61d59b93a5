// `hearsay trace`: what happened in a run, from the traces that its nodes left.
#pragma once

#include "tools/trace/options.h"

namespace hearsay::traces {

// Returns the exit code.
int run_trace(const TraceOptions& options);

}  // namespace hearsay::traces
