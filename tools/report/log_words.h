// An example of what a checker of logs found, in words: "key 7, offset 0 holds 1 and 4".
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace hearsay::bench {

// `section`: what the results have under an error's `type`. "": there is no example.
std::string example_of_log_error(std::string_view type, const nlohmann::json& section);

}  // namespace hearsay::bench
