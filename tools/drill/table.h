// A drill's results as lines for people. A pure function.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hearsay::drill {

// "VALID", "INVALID", "UNKNOWN", or why the drill could not go on.
std::string verdict_line(const nlohmann::json& results);

// `results`: judged. `directory`: where the files are; "": nowhere.
std::string make_table(const nlohmann::json& results, const std::string& directory);

}  // namespace hearsay::drill
