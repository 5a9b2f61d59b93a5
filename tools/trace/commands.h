// What the commands of `hearsay trace` do. Each returns the exit code, and throws TraceProblem when
// the trace can't be read or does not hold what was asked for.
#pragma once

#include "tools/trace/options.h"

namespace hearsay::traces {

int show_summary(const TraceOptions& options);
int show_log(const TraceOptions& options);
int show_value(const TraceOptions& options);
int show_message(const TraceOptions& options);
int show_crashes(const TraceOptions& options);
int check_trace(const TraceOptions& options);
int export_trace(const TraceOptions& options);

}  // namespace hearsay::traces
