#include "tools/report/conclude.h"

#include <fmt/core.h>

#include <string>

#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"
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

int exit_code_of(const nlohmann::json& results, const Outcome& outcome, bool written) {
  if (outcome.failure_kind == kInterrupted) return kExitInterrupted;
  if (outcome.failure_kind == kBadArguments) return kExitBadArguments;
  if (!outcome.failure.empty() || !written) return kExitRunFailed;
  if (results.at("valid?") == false) return kExitInvalid;
  if (results.at("valid?") != true) return kExitUnknown;
  const nlohmann::json& section = results.at("hearsay");
  const bool passed =
      !section.contains("challenge") || section.at("challenge").at("passed") == true;
  return passed ? kExitValid : kExitInvalid;
}

}  // namespace

RunEnd conclude(const TestOptions& options, const Workload& workload, const Run& run,
                const Network& network, const Outcome& outcome, Store& store) {
  const nlohmann::json results = make_results(options, workload, run, network, outcome);
  store.write_history(run.history());
  store.write_results(results);
  if (!options.no_plots && outcome.failure.empty()) {
    draw_plots(options, workload, run, network, store);
  }
  const std::string report =
      printable_lines(to_text(make_report(results, store.directory().string())));
  store.write_report(report);
  const std::string wrong = print(report);
  for (const std::string& problem : store.problems()) {
    tell("hearsay: can't write {} (--store names another place)\n", problem);
  }
  if (!wrong.empty()) {
    tell("hearsay: the report can't be written to stdout: {}. The results are in {}\n", wrong,
         store.directory().string());
  }
  const bool written = wrong.empty() && store.problems().empty();
  return {exit_code_of(results, outcome, written), store.directory()};
}

}  // namespace hearsay::bench
