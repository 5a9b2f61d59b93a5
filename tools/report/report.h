// A run's verdict and figures in a few lines for people.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearsay::bench {

struct Report {
  void add(std::string_view name, std::string text) { figures.emplace_back(name, std::move(text)); }

  std::string verdict;             // one line
  std::vector<std::string> notes;  // why it is so, and what to know beside it: "- 3 values lost"
  std::vector<std::pair<std::string, std::string>> figures;  // name, text
};

// `results`: of make_results(). `directory`: where they are.
Report make_report(const nlohmann::json& results, const std::string& directory);

std::string to_text(const Report& report);
// A note of several lines, so many columns to the right: the others stand under the first.
std::string indented(std::string_view note, std::size_t columns);

}  // namespace hearsay::bench
