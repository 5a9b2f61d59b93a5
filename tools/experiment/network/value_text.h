// JSON values by a text that two of them share exactly if Clojure calls them equal: `1` and `1.0`
// are two, `0.0` and `-0.0` one; the members of an object have no order.
//
// Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hearsay::bench {

std::string value_text(const nlohmann::json& value);

}  // namespace hearsay::bench
