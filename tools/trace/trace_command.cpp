#include "tools/trace/trace_command.h"

#include <exception>

#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"

namespace hearsay::traces {

int run_trace(const TraceOptions& options) {
  try {
    return options.chosen(options);
  } catch (const std::exception& problem) {
    bench::tell("hearsay trace: {}\n", problem.what());
    return bench::kExitRunFailed;
  }
}

}  // namespace hearsay::traces
