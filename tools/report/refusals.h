// What nodes refused while other requests succeeded, and what became of their own workers: a
// verdict that looks at what succeeded only passes over both. Words for people. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

// `has_faults`: somebody did something to the nodes or their messages, which may be the reason.
std::vector<std::string> remarks_on_refusals(const History& history, bool has_faults);

// `deaths`: as of Deaths::json(). Those that nobody brought about.
std::vector<std::string> remarks_on_deaths(const nlohmann::json& deaths);

}  // namespace hearsay::bench
