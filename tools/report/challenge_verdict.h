// Whether a run passes its challenge: the section "challenge" of results.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/console/challenge.h"

namespace hearsay::bench {

// {"name", "title", "passed", "figures": [{"figure", "value", "below"}, ...]}. A figure that the
// run does not have is null, and not below anything. `results` are complete otherwise.
nlohmann::json judge_challenge(const Challenge& challenge, const nlohmann::json& results);

// "1.65", "312"; "no" for null.
std::string short_figure(const nlohmann::json& value);

// For people, of such a section. "31.2 messages an operation: must be below 30"
std::vector<std::string> missed_limits(const nlohmann::json& challenge);
// "passed: 1.65 messages an operation (below 30), ..."
std::string describe(const nlohmann::json& challenge);

}  // namespace hearsay::bench
