#include "tools/check/check_report.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "tools/experiment/network/foreign_text.h"
#include "tools/report/report.h"

namespace hearsay::check {
namespace {

constexpr std::size_t kMostShownBytes = 160;

std::string shown(const nlohmann::json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.size() > kMostShownBytes) text = text.substr(0, kMostShownBytes) + "...";
  return text;
}

std::size_t count_of(const nlohmann::json& found) {
  if (found.is_object() && found.contains("count")) return found.at("count");
  return found.is_array() ? found.size() : 1;
}

// "G1a: 8"
void add_anomalies(bench::Report& report, const nlohmann::json& workload) {
  for (const nlohmann::json& type : workload.value("anomaly-types", nlohmann::json::array())) {
    const nlohmann::json& cases = workload.at("anomalies").at(type.get<std::string>());
    report.notes.push_back(fmt::format("- {}: {}", shown(type), count_of(cases)));
    if (cases.is_array() && !cases.empty() && cases.front().contains("explanation")) {
      report.notes.push_back("  " + cases.front().at("explanation").get<std::string>());
    }
  }
  for (const char* key : {"not", "also-not"}) {
    if (!workload.contains(key)) continue;
    std::string models;
    for (const auto& model : workload.at(key))
      models += (models.empty() ? "" : ", ") + shown(model);
    report.add(key, models);
  }
  for (const nlohmann::json& type : workload.value("error-types", nlohmann::json::array())) {
    report.notes.push_back(
        fmt::format("- {}: {}", shown(type), count_of(workload.at(type.get<std::string>()))));
  }
}

void add_workload(bench::Report& report, const nlohmann::json& workload) {
  if (workload.contains("error")) report.notes.push_back("- " + shown(workload.at("error")));
  add_anomalies(report, workload);
  for (const char* what : {"lost", "duplicated"}) {
    const std::string count = std::string(what) + "-count";
    if (workload.value(count, 0) == 0) continue;
    report.notes.push_back(
        fmt::format("- {} {}: {}", workload.at(count).dump(), what, shown(workload.at(what))));
  }
  const nlohmann::json errors = workload.value("errors", nlohmann::json());
  if (!errors.empty()) {
    report.notes.push_back(
        fmt::format("- {} wrong, the first: {}", errors.size(), shown(errors.front())));
  }
  if (workload.contains("acceptable")) {
    report.add("final reads", shown(workload.at("final-reads")));
    report.add("acceptable", shown(workload.at("acceptable")));
  }
  for (const nlohmann::json& key : workload.value("failures", nlohmann::json::array())) {
    const nlohmann::json& linear = workload.at("results").at(shown(key)).at("linearizable");
    report.notes.push_back(
        fmt::format("- key {}: {}", shown(key), shown(linear.value("explanation", linear))));
  }
}

void add_verdict(bench::Report& report, const nlohmann::json& results) {
  const nlohmann::json& valid = results.at("valid?");
  report.verdict = valid == true    ? "Valid: everything looks good."
                   : valid == false ? "INVALID:"
                                    : "UNKNOWN: too little was seen, or the checker gave up.";
  for (const auto& [f, counts] : results.at("stats").at("by-f").items()) {
    if (counts.at("ok-count") == 0) report.notes.push_back("- no " + f + " ever succeeded");
  }
  const nlohmann::json& availability = results.at("availability");
  if (availability.at("valid?") == false) {
    report.notes.push_back("- too few operations succeeded: a fraction of " +
                           availability.at("ok-fraction").dump());
  }
}

}  // namespace

std::string describe(const nlohmann::json& results, const std::string& file) {
  bench::Report report;
  add_verdict(report, results);
  add_workload(report, results.at("workload"));
  const nlohmann::json& stats = results.at("stats");
  report.add("operations",
             fmt::format("{} ok, {} failed, {} unknown", stats.at("ok-count").dump(),
                         stats.at("fail-count").dump(), stats.at("info-count").dump()));
  report.add("history", file);
  return bench::printable_lines(bench::to_text(report));
}

}  // namespace hearsay::check
