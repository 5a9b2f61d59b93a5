// A whole history judged: the sections of Maelstrom's results that a history alone decides.
//
// The one table that knows which checker a workload has, and what its operations look like. Pure
// functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

struct JudgeOptions {
  // Of transactions: names with " , " between them, as Maelstrom takes them.
  std::string consistency_models = "strict-serializable";
  std::optional<double> wanted_availability;
};

// Those that have a checker.
std::vector<std::string> judged_workloads();

// The functions (`f`) that operations of the workload have; of judged_workloads().
std::vector<std::string_view> functions_of(std::string_view workload);

// Why this can't be a history of the workload, in words; empty: it may be one.
std::string why_not_of(std::string_view workload, const History& history);

// Of models as they are given in JudgeOptions, those that Elle does not know: its checker gives up.
std::vector<std::string> unknown_models(std::string_view models);
std::vector<std::string> known_models();

// The section "workload". What makes Maelstrom's checker throw is "unknown", with the reason as
// "error"; so is a history for which memory is too small ("lacks-memory"). `workload` is one of
// judged_workloads().
nlohmann::json check_workload(std::string_view workload, const History& history,
                              const JudgeOptions& options);

// "valid?", "workload", "stats", "availability", "exceptions", "perf".
nlohmann::json judge(std::string_view workload, const History& history,
                     const JudgeOptions& options);

}  // namespace hearsay::bench
