// A run's verdict and figures in a few lines for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hearsay::bench {

// `results`: of make_results(). `directory`: where they are.
std::string make_report(const nlohmann::json& results, const std::string& directory);

}  // namespace hearsay::bench
