// Values in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hearsay::bench::elle {

// The value as JSON; of a long one the beginning.
std::string shown(const nlohmann::json& value);
// "integer", "float", "string", ...
std::string kind_of(const nlohmann::json& value);

}  // namespace hearsay::bench::elle
