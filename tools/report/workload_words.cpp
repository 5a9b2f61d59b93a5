#include "tools/report/workload_words.h"

#include <fmt/core.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/experiment/network/large_integers.h"
#include "tools/experiment/verdict/findings.h"
#include "tools/report/anomaly_words.h"
#include "tools/report/log_words.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kMostWordBytes = 160;

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : unquote_large_integers(value.dump(), "");
}

std::string as_word(const nlohmann::json& value) {
  std::string text = text_of(value);
  if (text.size() > kMostWordBytes) text = text.substr(0, kMostWordBytes) + "...";
  return text;
}

std::size_t count_of_cases(const nlohmann::json& found) {
  if (found.is_object() && found.contains("count")) return found.at("count");
  return found.is_array() ? found.size() : 1;
}

// "G1a: 8", of transactions
void add_anomalies(Report& report, const nlohmann::json& workload) {
  for (const nlohmann::json& type : workload.value("anomaly-types", nlohmann::json::array())) {
    const nlohmann::json& cases = workload.at("anomalies").at(type.get<std::string>());
    const nlohmann::json& first = cases.is_array() && !cases.empty() ? cases.front() : cases;
    const std::string example = example_of_anomaly(type.get<std::string>(), first);
    report.notes.push_back(fmt::format("- {}: {}{}{}", as_word(type), count_of_cases(cases),
                                       example.empty() ? "" : ", such as: ", example));
    if (cases.is_array() && !cases.empty() && cases.front().contains("explanation")) {
      report.notes.push_back("  " + cases.front().at("explanation").get<std::string>());
    }
  }
  for (const char* key : {"not", "also-not"}) {
    if (!workload.contains(key) || workload.at(key).empty()) continue;
    std::string models;
    for (const auto& model : workload.at(key)) {
      models += (models.empty() ? "" : ", ") + as_word(model);
    }
    report.add(key, models);
  }
}

// "lost-write: 3, such as: ...", of logs
void add_log_errors(Report& report, const nlohmann::json& workload) {
  for (const nlohmann::json& type : workload.value("bad-error-types", nlohmann::json::array())) {
    const nlohmann::json& found = workload.at(type.get<std::string>());
    const std::string example = example_of_log_error(type.get<std::string>(), found);
    report.notes.push_back(fmt::format("- {}: {}{}{}", as_word(type), count_of_cases(found),
                                       example.empty() ? "" : ", such as: ", example));
  }
}

void add_counter(Report& report, const nlohmann::json& workload) {
  if (!workload.contains("acceptable")) return;
  const nlohmann::json& errors = workload.at("errors");
  if (!errors.empty()) {
    report.notes.push_back(fmt::format(
        "- {} no sum that may be, the first: {}",
        errors.size() == 1 ? "1 final read is" : fmt::format("{} final reads are", errors.size()),
        as_word(errors.front())));
  }
  report.add("final reads", as_word(workload.at("final-reads")));
  report.add("acceptable", as_word(workload.at("acceptable")));
}

void add_registers(Report& report, const nlohmann::json& workload) {
  for (const nlohmann::json& key : workload.value("failures", nlohmann::json::array())) {
    const nlohmann::json& linear = workload.at("results").at(text_of(key)).at("linearizable");
    report.notes.push_back(
        fmt::format("- key {}: {}", as_word(key), as_word(linear.value("explanation", linear))));
  }
}

// Of sets about which nothing can be said.
void add_what_is_lacking(Report& report, const nlohmann::json& workload) {
  const bool is_unknown =
      workload.value("valid?", nlohmann::json()) == "unknown" && !workload.contains("error");
  if (!is_unknown || !workload.contains("attempt-count")) return;
  report.notes.emplace_back(
      workload.at("attempt-count") == 0
          ? "- no client gave a value: a longer --time-limit, or a higher --rate"
          : "- no read succeeded after a value had been acknowledged: where reads do succeed, a "
            "longer --time-limit, or a higher --rate");
}

}  // namespace

void add_workload_words(Report& report, const nlohmann::json& workload) {
  if (workload.contains("error")) {
    report.notes.push_back("- " + shorten_line(text_of(workload.at("error"))));
  }
  add_anomalies(report, workload);
  add_log_errors(report, workload);
  add_counter(report, workload);
  add_registers(report, workload);
  add_what_is_lacking(report, workload);
}

}  // namespace hearsay::bench
