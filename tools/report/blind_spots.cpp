#include "tools/report/blind_spots.h"

#include <fmt/core.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "tools/console/count_text.h"

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

}  // namespace

std::vector<std::string> find_blind_spots(std::string_view workload, const History& history) {
  std::vector<std::string> found;
  if (workload == "lin-kv") found = {on_null_registers(history)};
  if (workload.starts_with("txn-")) {
    const Steps steps = steps_of(history);
    found = {on_empty_reads(steps), on_phantoms(steps)};
  }
  std::erase(found, "");
  return found;
}

}  // namespace hearsay::bench
