// What came of the contests, as JSON; and that for people, as a table and as a picture.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/bench/contest.h"

namespace hearsay::measure {

// {"contests": [{"room", "title", "entries": [{"name", "ours", "median": {FIGURE: number},
// "rounds":
// [...], "why-not"}], "columns", "targets": [{"ours", "other", "figure", "wanted", "reached",
// "met"}]}]}
nlohmann::json make_results(const std::vector<Contest>& contests);

std::string make_table(const nlohmann::json& results);
std::string make_picture(const nlohmann::json& results);

}  // namespace hearsay::measure
