#include "tools/report/blind_spots.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "tools/console/count_text.h"
#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {
namespace {

// Fewer steps of transactions may all have come before the first write.
constexpr std::int64_t kFewSteps = 10;

// A key and a value, as written down: 1.0 is not 1.
using Version = std::pair<std::string, std::string>;

Version version_of(const nlohmann::json& key, const nlohmann::json& value) {
  const auto replace = nlohmann::json::error_handler_t::replace;
  return {key.dump(-1, ' ', false, replace), value.dump(-1, ' ', false, replace)};
}

struct Steps {
  std::int64_t reads = 0;
  std::int64_t empty_reads = 0;
  std::int64_t acknowledged_writes = 0;
  std::set<Version> written;  // also by transactions that failed, or may have
  std::set<Version> read;
};

void take_read(Steps& steps, const nlohmann::json& key, const nlohmann::json& value) {
  ++steps.reads;
  if (value.is_null() || (value.is_array() && value.empty())) {
    ++steps.empty_reads;
  } else if (!value.is_array()) {
    steps.read.insert(version_of(key, value));
  } else {
    for (const nlohmann::json& element : value) steps.read.insert(version_of(key, element));
  }
}

Steps steps_of(const History& history) {
  Steps steps;
  for (const Operation& operation : history.operations()) {
    const bool is_invocation = operation.type == OperationType::invoke;
    const bool counts = is_invocation || operation.type == OperationType::ok;
    if (!is_client(operation) || !counts) continue;
    for (const nlohmann::json& step : operation.value) {
      if (!step.is_array() || step.size() != 3) continue;  // a node may have answered with anything
      if (step.at(0) != "r") {
        if (is_invocation) steps.written.insert(version_of(step.at(1), step.at(2)));
        if (!is_invocation) ++steps.acknowledged_writes;
      } else if (!is_invocation) {
        take_read(steps, step.at(1), step.at(2));
      }
    }
  }
  return steps;
}

std::string on_empty_reads(const Steps& steps) {
  if (steps.empty_reads < steps.reads || steps.reads < kFewSteps ||
      steps.acknowledged_writes < kFewSteps) {
    return "";
  }
  return fmt::format(
      "not one of {} found a value, though {} were acknowledged: such a history shows no anomaly, "
      "whatever the nodes do",
      count_text(steps.reads, "read"), count_text(steps.acknowledged_writes, "write"));
}

std::string on_phantoms(const Steps& steps) {
  std::int64_t count = 0;
  const Version* first = nullptr;
  for (const Version& version : steps.read) {
    if (steps.written.contains(version)) continue;
    if (count++ == 0) first = &version;
  }
  if (count == 0) return "";
  return fmt::format("{} read that nobody wrote, such as {} under the key {}",
                     count_text(count, "value"), first->second, first->first);
}

// Whether an answer has the steps that were asked for: reads may have any value.
bool answers(const nlohmann::json& asked, const nlohmann::json& answer) {
  if (!asked.is_array() || !answer.is_array() || asked.size() != answer.size()) return false;
  return std::equal(asked.begin(), asked.end(), answer.begin(), [](const auto& a, const auto& b) {
    if (!a.is_array() || a.size() != 3 || !b.is_array() || b.size() != 3) return false;
    return a[0] == b[0] && a[1] == b[1] && (a[0] == "r" || a[2] == b[2]);
  });
}

std::string on_other_steps(const History& history) {
  std::int64_t count = 0;
  std::string first;
  const auto& operations = history.operations();
  const auto text = [](const nlohmann::json& json) {
    return shorten_line(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  };
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto partner = history.partner(i);
    if (!is_client(operations[i]) || operations[i].type != OperationType::ok || !partner) continue;
    const nlohmann::json& asked = operations[*partner].value;
    if (answers(asked, operations[i].value) || count++ > 0) continue;
    first = fmt::format("{} for {}", text(operations[i].value), text(asked));
  }
  if (count == 0) return "";
  return fmt::format("{} other steps than were asked for, such as {}",
                     count == 1 ? "1 answer holds" : fmt::format("{} answers hold", count), first);
}

std::string on_null_registers(const History& history) {
  std::int64_t nulls = 0;
  for (const Operation& operation : history.operations()) {
    if (!is_client(operation) || operation.type != OperationType::ok) continue;
    if (operation.f == "read" && operation.value.at(1).is_null()) ++nulls;
  }
  if (nulls == 0) return "";
  return fmt::format(
      "{} answered null, which the checker takes for any value: a key that does not exist is error "
      "20",
      count_text(nulls, "read"));
}

// A counter is judged by its final reads alone.
std::string on_unread_counters(const History& history) {
  std::int64_t asked = 0;
  for (const Operation& operation : history.operations()) {
    if (!is_client(operation) || !operation.final_read) continue;
    if (operation.type == OperationType::ok) return "";
    if (operation.type == OperationType::invoke) ++asked;
  }
  if (asked == 0) return "";
  return fmt::format(
      "none of {} succeeded: what the counter came to was not looked at, and only they are",
      count_text(asked, "final read"));
}

bool is_negative(const nlohmann::json& offset) {
  return offset.is_number() && offset < 0;
}

std::string on_negative_offsets(const History& history) {
  std::int64_t count = 0;
  nlohmann::json first;
  for (const Operation& operation : history.operations()) {
    if (!is_client(operation) || operation.type != OperationType::ok || operation.f != "send")
      continue;
    for (const nlohmann::json& step : operation.value) {
      const bool has_offset = step.is_array() && step.size() == 3 && step.at(2).is_array() &&
                              !step.at(2).empty() && is_negative(step.at(2).front());
      if (has_offset && count++ == 0) first = step.at(2).front();
    }
  }
  if (count == 0) return "";
  return fmt::format(
      "{} acknowledged at negative offsets, such as {}: offsets count from 0, and the checker "
      "looks at no others",
      count == 1 ? "1 message was" : fmt::format("{} messages were", count), first.dump());
}

}  // namespace

std::vector<std::string> find_blind_spots(std::string_view workload, const History& history) {
  std::vector<std::string> found;
  if (workload == "kafka") found = {on_negative_offsets(history)};
  if (workload.ends_with("-counter")) found = {on_unread_counters(history)};
  if (workload == "lin-kv") found = {on_null_registers(history)};
  if (workload.starts_with("txn-")) {
    const Steps steps = steps_of(history);
    found = {on_empty_reads(steps), on_phantoms(steps), on_other_steps(history)};
  }
  std::erase(found, "");
  return found;
}

}  // namespace hearsay::bench
