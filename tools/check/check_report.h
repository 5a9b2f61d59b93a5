// What came of a checked history, in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hearsay::check {

// `results`: of bench::judge(). In the form of the report of `hearsay test`: a verdict, why it is
// so, figures.
std::string describe(const nlohmann::json& results, const std::string& file);

}  // namespace hearsay::check
