// An example of what single transactions show, in words: "operation 47 read 4 under key 8, ...".
// Cycles bring their own words ("explanation").
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace hearsay::bench {

// `found`: a case of an anomaly, as Elle's results have it. "": no words are known for its type.
std::string example_of_anomaly(std::string_view type, const nlohmann::json& found);

}  // namespace hearsay::bench
