// What the value of an operation in a scenario's file has to be: the clients of its workload take
// it apart, and a node that refuses nonsense is right. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace hearsay::sim {

// "": it may be one; else what is expected, in words.
std::string expected_value(std::string_view workload, std::string_view f,
                           const nlohmann::json& value);

}  // namespace hearsay::sim
