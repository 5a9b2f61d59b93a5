// Elle's checkers: what anomalies the transactions of a history show, and which consistency models
// that rules out. Pure functions, with the keys of Maelstrom's results: "valid?" (true, false,
// "unknown"), "anomaly-types", "anomalies" {type: cases}, "not" (the weakest models that the
// history rules out), "also-not" (the stronger ones). Cycles have an "explanation" in words.
//
// They throw CheckerFailed where Elle throws, and where a model is unknown. They see what Elle
// 0.2.2 sees and look at it in the same order, as the kinds of cycles that are named depend on
// which one is found first.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

struct ElleOptions {
  // What the history is to obey; any name of Elle's, aliases too. Others: the verdict is unknown.
  std::vector<std::string> models = {"strict-serializable"};
  // How many steps the search for cycles in one strongly connected component may take. Elle stops
  // it after a second; this is about what it gets done in that time. When four components have used
  // theirs up, each other one gets a hundredth of it.
  std::int64_t search_steps = 1'000'000;
};

// Transactions of ["r", key, list or null] and ["append", key, element].
nlohmann::json check_list_append(const History& history, const ElleOptions& options);

// Transactions of ["r", key, value or null] and ["w", key, value]. Like Maelstrom, takes no notice
// of a search that ended early, and takes any type that is left for a violation.
nlohmann::json check_rw_register(const History& history, const ElleOptions& options);

}  // namespace hearsay::bench
