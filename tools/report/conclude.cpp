#include "tools/report/conclude.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/page/page.h"
#include "tools/report/report.h"

namespace hearsay::bench {
namespace {

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
  store.write_history(run.history());  // first: whatever becomes of the verdict, it can be checked
  nlohmann::json results = make_results(options, workload, run, network, outcome);
  store.write_results(results);
  const Report report = make_report(results, store.directory().string());
  const std::string text = printable_lines(to_text(report));
  store.write_report(text);
  const std::string wrong = print(text);  // before the page, which wants memory of its own
  if (!options.no_page) {
    const nlohmann::json for_page = {{"verdict", report.verdict},
                                     {"notes", report.notes},
                                     {"figures", report.figures},
                                     {"text", text}};
    store.write_page(
        page::make_page({options, workload, run, network, outcome.outages, results, for_page}));
  }
  std::vector<std::string> problems;
  for (const std::string& problem : store.problems()) {
    problems.push_back(
        fmt::format("hearsay: can't write {} (--store names another place)", problem));
  }
  if (!wrong.empty()) {
    problems.push_back(
        fmt::format("hearsay: the report can't be written to stdout: {}. The results are in {}",
                    wrong, store.directory().string()));
  }
  for (const std::string& problem : problems) tell("{}\n", problem);
  const int exit_code = exit_code_of(results, outcome, problems.empty());
  return {exit_code, store.directory(), std::move(results), std::move(problems)};
}

}  // namespace hearsay::bench
