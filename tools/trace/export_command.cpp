// `hearsay trace export`.
#include "tools/console/exit_codes.h"
#include "tools/trace/commands.h"
#include "tools/trace/exports.h"

namespace hearsay::traces {

int export_trace(const TraceOptions& options) {
  const RunReader run(options.run);
  Output out(options.output, run.logs().files);
  const TimeWindow& window = options.filter.window;
  if (options.perfetto) {
    export_perfetto(run, window, out);
  } else if (options.shiviz) {
    export_shiviz(run, window, out);
  } else {
    export_svg(run, window, out);
  }
  out.flush();
  return bench::kExitValid;
}

}  // namespace hearsay::traces
