#include "tools/check/check_report.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "tools/experiment/network/foreign_text.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/report/report.h"
#include "tools/report/workload_words.h"

namespace hearsay::check {
namespace {

constexpr std::size_t kMostShownBytes = 160;

std::string shown(const nlohmann::json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.size() > kMostShownBytes) text = text.substr(0, kMostShownBytes) + "...";
  return text;
}

void add_workload(bench::Report& report, const nlohmann::json& workload) {
  bench::add_workload_words(report, workload);
  for (const char* what : {"lost", "duplicated"}) {
    const std::string count = std::string(what) + "-count";
    if (workload.value(count, 0) == 0) continue;
    report.notes.push_back(
        fmt::format("- {} {}: {}", workload.at(count).dump(), what, shown(workload.at(what))));
  }
  if (workload.contains("acceptable")) return;
  const nlohmann::json errors = workload.value("errors", nlohmann::json());
  if (!errors.empty()) {
    report.notes.push_back(
        fmt::format("- {} wrong, the first: {}", errors.size(), shown(errors.front())));
  }
}

void add_verdict(bench::Report& report, const nlohmann::json& results) {
  const nlohmann::json& valid = results.at("valid?");
  report.verdict = valid == true    ? "Valid: everything looks good."
                   : valid == false ? "INVALID:"
                                    : "UNKNOWN: too little was seen, or the checker gave up.";
  if (results.value("interrupted", false)) {
    report.verdict =
        "UNKNOWN: the run was interrupted, or failed; what its end would have shown is missing.";
  }
  if (results.value("run-was-wrong", false)) {
    if (valid == true) report.verdict = "Valid, but:";
    report.notes.emplace_back(
        "- its run was invalid for what no history holds, such as a line that is no message: "
        "hearsay show tells");
  }
  for (const auto& [f, counts] : results.at("stats").at("by-f").items()) {
    if (counts.at("ok-count") == 0 && !bench::is_never_ok(f))
      report.notes.push_back("- no " + f + " ever succeeded");
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
