#include "tools/check/check_command.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/check/check_report.h"
#include "tools/check/history_file.h"
#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/console/workload_options.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/judge.h"
#include "tools/report/store.h"

namespace hearsay::check {
namespace {

int exit_code_of(const nlohmann::json& verdict) {
  if (verdict == true) return bench::kExitValid;
  return verdict == false ? bench::kExitInvalid : bench::kExitUnknown;
}

nlohmann::json judge_file(const CheckCommandOptions& options, const std::string& file) {
  const bench::History history = load_history(file);
  if (const std::string why = bench::why_not_of(options.workload, history); !why.empty()) {
    throw UnreadableHistory(fmt::format("{} is no history of {}: {}", file, options.workload, why));
  }
  nlohmann::json results = bench::judge(options.workload, history,
                                        {options.consistency_models, options.wanted_availability});
  // Its last reads are missing, and with them what they would have shown.
  if (was_interrupted(file)) {
    results["valid?"] = "unknown";
    results["interrupted"] = true;
  }
  return results;
}

}  // namespace

int run_check(const CheckCommandOptions& options) {
  try {
    bench::tell_of_unknown_models("hearsay check", options.workload, options.consistency_models);
    std::string text;
    nlohmann::json all = nlohmann::json::object();
    std::vector<nlohmann::json> verdicts;
    for (const std::string& path : options.histories) {
      try {
        const std::string file = find_history(path);
        nlohmann::json results = judge_file(options, file);
        verdicts.push_back(results.at("valid?"));
        text += describe(results, file);
        all[file] = std::move(results);
      } catch (const UnreadableHistory& problem) {
        bench::tell("hearsay check: {}\n", problem.what());
      }
    }
    if (options.json && !all.empty()) {
      text = bench::to_text(options.histories.size() == 1 ? all.front() : all);
    }
    if (const std::string wrong = bench::print(text); !wrong.empty()) {
      bench::tell("hearsay check: stdout takes no results: {}\n", wrong);
      return bench::kExitRunFailed;
    }
    if (verdicts.size() < options.histories.size()) return bench::kExitBadArguments;
    return exit_code_of(bench::merge_valid(verdicts));
  } catch (const std::exception& error) {
    bench::tell("hearsay check: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

}  // namespace hearsay::check
