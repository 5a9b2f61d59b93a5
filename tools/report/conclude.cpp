#include "tools/report/conclude.h"

#include <fmt/core.h>

#include <string>

#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/report/gnuplot.h"
#include "tools/report/plot_script.h"
#include "tools/report/report.h"

namespace hearsay::bench {
namespace {

void draw_plots(const TestOptions& options, const Workload& workload, const Run& run,
                const Network& network, Store& store) {
  const std::string script =
      make_plot_script({run.history(), network.traffic(), run.load_start_ns().value_or(0),
                        workload.value_latencies(run.history()), options.command});
  if (script.empty() || !store.problems().empty()) return;
  store.write_plot_script(script);
  const std::string wrong = run_gnuplot(store.directory());
  if (!wrong.empty()) tell("hearsay: no plots: {}\n", wrong);
}

}  // namespace

int conclude(const TestOptions& options, const Workload& workload, const Run& run,
             const Network& network, const Outcome& outcome, Store& store) {
  const nlohmann::json results = make_results(options, workload, run, network, outcome);
  store.write_history(run.history());
  store.write_results(results);
  if (!options.no_plots && outcome.failure.empty()) {
    draw_plots(options, workload, run, network, store);
  }
  const std::string wrong = print(make_report(results, store.directory().string()));
  for (const std::string& problem : store.problems()) {
    tell("hearsay: can't write {} (--store names another place)\n", problem);
  }
  if (!wrong.empty()) {
    tell("hearsay: the report can't be written to stdout: {}. The results are in {}\n", wrong,
         store.directory().string());
  }
  if (outcome.failure_kind == kInterrupted) return kExitInterrupted;
  if (outcome.failure_kind == kBadArguments) return kExitBadArguments;
  if (!outcome.failure.empty() || !wrong.empty() || !store.problems().empty()) {
    return kExitRunFailed;
  }
  if (results.at("valid?") == true) return kExitValid;
  return results.at("valid?") == false ? kExitInvalid : kExitUnknown;
}

}  // namespace hearsay::bench
