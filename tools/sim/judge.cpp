#include "tools/sim/judge.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "common/base/units.h"
#include "tools/experiment/verdict/elle/cases.h"
#include "tools/report/workload_words.h"

namespace hearsay::sim {
namespace {

constexpr std::size_t kShown = 5;

// "3 values lost: 1, 5, 8"
void add_values(Judgement& judgement, const std::string& kind, const nlohmann::json& section,
                const std::string& key, std::string_view what) {
  const nlohmann::json& values = section.value(key, nlohmann::json::array());
  if (values.empty()) return;
  std::string text = fmt::format("{} {}:", values.size(), what);
  std::size_t shown = 0;
  for (const auto& [name, value] : values.items()) {
    if (shown++ == kShown) break;
    const std::string word = values.is_object() ? name : value.dump();
    if (judgement.focus.empty()) judgement.focus = word;
    text += " " + word;
  }
  judgement.violations.push_back({kind, text + (values.size() > kShown ? " ..." : "")});
}

// The checker names ids that came twice by their texts; in messages these stand in quotes.
nlohmann::json ids_twice(const nlohmann::json& workload) {
  nlohmann::json ids = nlohmann::json::array();
  const auto duplicated = workload.find("duplicated");
  if (duplicated == workload.end()) return {{"ids", ids}};
  for (const auto& [id, count] : duplicated->items()) ids.push_back(id);
  return {{"ids", std::move(ids)}};
}

// The checker takes an echo that never came for a wrong one; here that may be excused.
void add_wrong_echoes(Judgement& judgement, const nlohmann::json& workload) {
  for (const auto& error : workload.value("errors", nlohmann::json::array())) {
    if (error.is_array() && error.at(3).is_object())
      judgement.violations.push_back({"wrong-echo", "a wrong echo: " + error.dump()});
  }
}

// Of "- lost-write: 3" the name, so that a smaller run fails in the same way.
std::string kind_of(std::string_view note) {
  const std::size_t colon = note.find(": ");
  if (!note.starts_with("- ") || colon == std::string_view::npos) return "checker";
  const std::string_view name = note.substr(2, colon - 2);
  return name.find(' ') == std::string_view::npos ? std::string(name) : "checker";
}

// What the checkers of counters, logs, transactions and registers have found. Too little to judge
// is no violation, whatever the checker calls it; what makes a checker give up is.
void add_findings(Judgement& judgement, const nlohmann::json& workload) {
  const bool saw_too_little = workload.at("valid?") == "unknown" && !workload.contains("error");
  if (workload.at("valid?") == true || saw_too_little) return;
  bench::Report words;
  add_workload_words(words, workload);
  for (const std::string& note : words.notes) {
    std::string kind = kind_of(note);
    if (kind != bench::elle::kEmptyGraph) judgement.violations.push_back({std::move(kind), note});
  }
}

// No answer in time is none of them: whether that is excused is looked at below.
void add_malformed(Judgement& judgement, const bench::History& history) {
  const auto& operations = history.operations();
  const auto is_malformed = [](const bench::Operation& operation) {
    return !operation.exception.empty() && operation.exception != bench::kReadTimeout;
  };
  const auto first = std::find_if(operations.begin(), operations.end(), is_malformed);
  if (first == operations.end()) return;
  judgement.violations.push_back(
      {"malformed",
       fmt::format("{} malformed replies, the first: {}",
                   std::count_if(first, operations.end(), is_malformed), to_json(*first).dump())});
}

// A request of lin-kv has ten latencies' time: the way to the service and back may take longer when
// a latency may be any.
bool is_latency_at_fault(const bench::TestOptions& test) {
  return test.workload == "lin-kv" && test.latency_distribution == "exponential" &&
         test.latency_ms > 0;
}

// Faults that keep a node from answering in time; or transactions on a service of Maelstrom's, in
// whose way others may be again and again.
bool excuses_silence(const SimOptions& scenario) {
  using bench::Fault;
  if (scenario.test.workload == "txn-list-append") return true;
  if (is_latency_at_fault(scenario.test)) return true;
  const auto& nemeses = scenario.test.nemesis.interval_ns;
  return nemeses.count(Fault::kill) + nemeses.count(Fault::pause) +
             nemeses.count(Fault::pause_worker) >
         0;
}

// No silence: a client's own crash, of which no node hears; words to who appends to a log whose
// owner is out of reach; that a register is not what a cas takes it for, or is nothing yet.
bool is_excused(const std::string& workload, const bench::Operation& operation) {
  const auto& error = operation.error;
  if (workload == "lin-kv") {
    return error.is_array() &&
           (error.front() == "key-does-not-exist" || error.front() == "precondition-failed");
  }
  return workload == "kafka" && (operation.f == "crash" || error.is_array());
}

void add_unanswered(Judgement& judgement, const std::string& workload,
                    const bench::History& history) {
  std::size_t count = 0;
  for (const bench::Operation& operation : history.operations()) {
    const bool bad = operation.type == bench::OperationType::fail ||
                     operation.type == bench::OperationType::info;
    if (!is_client(operation) || !bad || is_excused(workload, operation) || count++ > 0) continue;
    judgement.violations.push_back(
        {"unanswered",
         fmt::format("no fault excuses this: {} of client {} ended with {} at {} ms", operation.f,
                     operation.process, operation.error.dump(), operation.time_ns / kNsPerMs)});
  }
  if (count > 1) {
    judgement.violations.push_back(
        {"unanswered", fmt::format("... and {} more like it", count - 1)});
  }
}

}  // namespace

Judgement judge(const SimOptions& scenario, const bench::History& history,
                const nlohmann::json& results) {
  Judgement judgement;
  const nlohmann::json& section = results.at("hearsay");
  for (const auto& violation : section.at("violations")) {
    judgement.violations.push_back({"recovery", violation.get<std::string>()});
  }
  if (section.contains("failure")) {
    judgement.violations.push_back(
        {section.at("failure-kind").get<std::string>(), section.at("failure").get<std::string>()});
    return judgement;
  }
  const nlohmann::json& workload = results.at("workload");
  add_values(judgement, "lost", workload, "lost", "values lost");
  const nlohmann::json& oddities = section.at("oddities");
  add_values(judgement, "missing", oddities, "missing", "values missing in a final read");
  add_values(judgement, "unexpected", oddities, "unexpected", "values read that nobody sent");
  add_values(judgement, "value-twice", oddities, "duplicated", "values twice in one read");
  add_values(judgement, "id-twice", ids_twice(workload), "ids", "ids twice");
  add_wrong_echoes(judgement, workload);
  add_findings(judgement, workload);
  add_malformed(judgement, history);
  for (const auto& line : section.at("bad-lines")) {
    judgement.violations.push_back(
        {"bad-line", fmt::format("{} printed a bad line: {}", line.at("node").get<std::string>(),
                                 line.at("reason").get<std::string>())});
  }
  if (!section.at("double-replies").empty()) {
    judgement.violations.push_back(
        {"double-reply",
         "a request was answered twice: " + section.at("double-replies").front().dump()});
  }
  if (!excuses_silence(scenario)) add_unanswered(judgement, scenario.test.workload, history);
  return judgement;
}

}  // namespace hearsay::sim
