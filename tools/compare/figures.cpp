#include "tools/compare/figures.h"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "tools/console/count_text.h"

namespace hearsay::compare {
namespace {

std::optional<double> number_at(const nlohmann::json& json,
                                std::initializer_list<const char*> path) {
  const nlohmann::json* place = &json;
  for (const char* key : path) {
    const auto found = place->find(key);
    if (found == place->end()) return std::nullopt;
    place = &*found;
  }
  return place->is_number() ? std::optional(place->get<double>()) : std::nullopt;
}

std::optional<double> median(const std::vector<Figures>& runs,
                             std::optional<double> Figures::*figure) {
  std::vector<double> numbers;
  for (const Figures& run : runs) {
    if (run.*figure) numbers.push_back(*(run.*figure));
  }
  if (numbers.empty()) return std::nullopt;
  std::sort(numbers.begin(), numbers.end());
  const std::size_t half = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
}

// Acknowledged, and not in all final reads: what Maelstrom calls lost, and what it overlooks.
std::int64_t count_lost(const nlohmann::json& results) {
  return static_cast<std::int64_t>(
      number_at(results, {"workload", "lost-count"}).value_or(0) +
      number_at(results, {"hearsay", "oddities", "missing-count"}).value_or(0));
}

// Whether the runs, which are strict, have nothing else against a node.
bool is_well_but_for_lost(const nlohmann::json& own) {
  if (own.at("valid?") == true) return true;
  for (const char* key : {"bad-lines", "double-replies", "stray-replies", "violations"}) {
    if (!own.value(key, nlohmann::json::array()).empty()) return false;
  }
  const nlohmann::json oddities = own.value("oddities", nlohmann::json::object());
  return oddities.value("missing-count", 0) > 0 && oddities.value("duplicated-count", 0) == 0 &&
         oddities.value("unexpected-count", 0) == 0;
}

nlohmann::json number_or_null(const std::optional<double>& number) {
  return number ? nlohmann::json(*number) : nlohmann::json(nullptr);
}

}  // namespace

Figures read_figures(const nlohmann::json& results) {
  Figures figures;
  figures.messages_per_op = number_at(results, {"net", "servers", "msgs-per-op"});
  figures.bytes_per_op = number_at(results, {"hearsay", "traffic", "servers", "bytes-per-op"});
  figures.median_ms = number_at(results, {"workload", "stable-latencies", "0.5"});
  figures.maximum_ms = number_at(results, {"workload", "stable-latencies", "1"});
  figures.lost = count_lost(results);
  return figures;
}

RunVerdict read_verdict(const nlohmann::json& results) {
  RunVerdict verdict;
  verdict.valid = results.at("valid?") == true;
  if (verdict.valid) return verdict;
  const nlohmann::json& own = results.at("hearsay");
  if (const auto failure = own.find("failure"); failure != own.end()) {
    verdict.why = "could not go on: " + failure->get<std::string>();
    return verdict;
  }
  std::string wrong;
  for (const auto& [name, section] : results.items()) {
    if (!section.is_object() || section.at("valid?") == true) continue;
    wrong.append(wrong.empty() ? "" : ", ").append(name);
  }
  const std::int64_t lost = count_lost(results);
  const bool only_these = wrong == "workload" || wrong == "hearsay" || wrong == "hearsay, workload";
  verdict.only_lost_values = lost > 0 && only_these && is_well_but_for_lost(own);
  verdict.why =
      lost > 0 ? bench::count_text(lost, "value") + " lost" : fmt::format("not valid: {}", wrong);
  if (lost > 0 && !verdict.only_lost_values) verdict.why += "; not valid: " + wrong;
  return verdict;
}

Figures typical(const std::vector<Figures>& runs) {
  Figures figures;
  figures.messages_per_op = median(runs, &Figures::messages_per_op);
  figures.bytes_per_op = median(runs, &Figures::bytes_per_op);
  figures.median_ms = median(runs, &Figures::median_ms);
  figures.maximum_ms = median(runs, &Figures::maximum_ms);
  for (const Figures& run : runs) figures.lost += run.lost;
  return figures;
}

nlohmann::json to_json(const Figures& figures) {
  return {{"messages-per-op", number_or_null(figures.messages_per_op)},
          {"bytes-per-op", number_or_null(figures.bytes_per_op)},
          {"stable-latency-median", number_or_null(figures.median_ms)},
          {"stable-latency-maximum", number_or_null(figures.maximum_ms)},
          {"lost", figures.lost}};
}

}  // namespace hearsay::compare
