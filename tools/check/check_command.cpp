#include "tools/check/check_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "tools/check/check_report.h"
#include "tools/check/history_file.h"
#include "tools/check/progress.h"
#include "tools/console/count_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/progress_times.h"
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

std::int64_t count_operations(const bench::History& history) {
  const auto& all = history.operations();
  return std::count_if(all.begin(), all.end(), [](const bench::Operation& each) {
    return bench::is_client(each) && each.type == bench::OperationType::invoke;
  });
}

nlohmann::json judge_file(const CheckCommandOptions& options, const std::string& file,
                          Progress& progress) {
  progress.begin("reading " + file);
  const bench::History history = load_history(file);
  progress.begin("judging " + bench::count_text(count_operations(history), "operation"));
  if (const std::string why = bench::why_not_of(options.workload, history); !why.empty()) {
    throw UnreadableHistory(fmt::format("{} is no history of {}: {}", file, options.workload, why));
  }
  nlohmann::json results = bench::judge(options.workload, history,
                                        {options.consistency_models, options.wanted_availability});
  // Its last reads are missing, and with them what they would have shown.
  const BesideHistory beside = look_beside(file);
  if (beside.was_interrupted) {
    results["valid?"] = "unknown";
    results["interrupted"] = true;
  }
  if (beside.was_wrong) results["run-was-wrong"] = true;
  return results;
}

nlohmann::json judge_aloud(const CheckCommandOptions& options, const std::string& file,
                           bench::ProgressLine& line) {
  Progress progress(line);
  return judge_file(options, file, progress);
}

}  // namespace

int run_check(const CheckCommandOptions& options) {
  try {
    bench::tell_of_unknown_models("hearsay check", options.workload, options.consistency_models);
    std::string text;
    nlohmann::json all = nlohmann::json::object();
    std::vector<nlohmann::json> verdicts;
    bench::ProgressLine line(monotonic_ns() + bench::kFirstShownNs);
    for (const std::string& path : options.histories) {
      try {
        const std::string file = find_history(path);
        nlohmann::json results = judge_aloud(options, file, line);
        verdicts.push_back(results.at("valid?"));
        text += describe(results, file);
        all[file] = std::move(results);
      } catch (const UnreadableHistory& problem) {
        bench::tell("hearsay check: {}\n", problem.what());
      } catch (const std::bad_alloc& problem) {
        bench::tell("hearsay check: {}: {}\n", path, problem.what());
      }
    }
    if (options.json && !all.empty()) {
      text = bench::printable_json(options.histories.size() == 1 ? all.front() : all, 2);
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
