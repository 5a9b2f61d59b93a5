#include "tools/serve/options.h"

#include <filesystem>
#include <system_error>

#include "tools/report/store.h"
#include "tools/serve/runs.h"

namespace hearsay::serve {

void add_serve_options(CommandLine& command, ServeOptions& options) {
  command.add("--store", options.store, "Where the results are").value_name("DIR");
  command.add("--port", options.port, "Where browsers find it; 0: a free one")
      .between(0, 65'535)
      .value_name("N");
  command
      .add("--host", options.host,
           "The address to listen on. With another one than the default, whoever reaches it can "
           "read all results")
      .value_name("ADDRESS");
  command.footer(
      "Lists the runs in the store, with their verdicts, pages, logs and results. Ctrl-C ends it.\n"
      "Exit codes: 0 ended, 254 bad arguments, 255 it can't listen there.");
}

void add_show_options(CommandLine& command, ShowOptions& options) {
  command
      .add("run", options.run,
           "Which: WORKLOAD (its last one), WORKLOAD/TIME, the beginning of a TIME, or a folder "
           "(default: the last one)")
      .hide_default()
      .value_name("RUN");
  command.add("--store", options.store, "Where the results are").value_name("DIR");
  command.footer(
      "Prints the report of a run again. Example: hearsay show broadcast\n"
      "Exit codes: 0 printed, 254 there is no such run, 255 it can't be read or stdout takes "
      "nothing.");
}

void resolve(const ServeOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::exists(options.store, ignored)) return;
  if (std::filesystem::is_directory(options.store, ignored)) return;
  throw BadCommandLine("--store", options.store + " is no folder; runs are in one");
}

void resolve(ShowOptions& options) {
  const std::filesystem::path folder = find_run(options.store, options.run);
  options.report = folder / bench::kReportName;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(options.report, ignored)) {
    throw BadCommandLine("the run in " + folder.string() + " has no " + bench::kReportName +
                         "; its results are there");
  }
}

}  // namespace hearsay::serve
