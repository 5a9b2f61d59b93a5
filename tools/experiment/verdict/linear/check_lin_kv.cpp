// The checker of lin-kv: each key by itself, with Knossos' keys of results and words for them.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "common/base/units.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/linear/analysis.h"

namespace hearsay::bench {
namespace {

// Operations that show what is wrong, as far as they are told in words.
constexpr std::size_t kMostTold = 12;

struct KeyOperations {
  nlohmann::json key;
  std::vector<std::size_t> operations;
};

// In the order of the keys' names, numbers first.
std::vector<KeyOperations> by_key(const History& history) {
  std::map<nlohmann::json, std::vector<std::size_t>> keys;
  const auto& operations = history.operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (!is_client(operations[i])) continue;
    const nlohmann::json& value = operations[i].value;
    if (value.is_array() && value.size() == 2) keys[value.front()].push_back(i);
  }
  std::vector<KeyOperations> result;
  result.reserve(keys.size());
  for (auto& [key, indices] : keys) result.push_back({key, std::move(indices)});
  return result;
}

// As the key's own history has it: without the key.
nlohmann::json operation_json(const History& history, std::size_t index) {
  nlohmann::json json = to_json(history.operations()[index]);
  if (json["value"].is_array() && json["value"].size() == 2) {
    json["value"] = nlohmann::json(json["value"][1]);
  }
  return json;
}

// "write 3", "cas from 1 to 3", "read 3".
std::string in_words(const History& history, std::size_t completion) {
  const Operation& operation = history.operations()[completion];
  const nlohmann::json value = operation.value.at(1);
  if (operation.f != "cas") return fmt::format("{} {}", operation.f, value.dump());
  return fmt::format("cas from {} to {}", value.at(0).dump(), value.at(1).dump());
}

std::string why_not(const History& history, std::size_t completion, const nlohmann::json& state) {
  const Operation& operation = history.operations()[completion];
  const nlohmann::json value = operation.value.at(1);
  if (operation.f == "cas") {
    return fmt::format("can't CAS {} from {} to {}", state.dump(), value.at(0).dump(),
                       value.at(1).dump());
  }
  return fmt::format("can't {} {} from register {}", operation.f, value.dump(), state.dump());
}

nlohmann::json state_json(const linear::RegisterHistory& registers, linear::State state) {
  return registers.value(state);
}

void add_configurations(nlohmann::json& result, const linear::RegisterHistory& registers,
                        const linear::Analysis& analysis) {
  const History& history = registers.history();
  const linear::Call& call = registers.calls()[registers.stages()[analysis.stage].returning];
  nlohmann::json configs = nlohmann::json::array();
  nlohmann::json paths = nlohmann::json::array();
  for (const linear::Stuck& stuck : analysis.configurations) {
    nlohmann::json pending = nlohmann::json::array();
    for (const std::uint32_t i : stuck.open) {
      pending.push_back(operation_json(history, registers.calls()[i].invocation));
    }
    const nlohmann::json state = state_json(registers, stuck.state);
    configs.push_back({{"model", {{"value", state}}}, {"pending", pending}});
    nlohmann::json path = nlohmann::json::array();
    path.push_back({{"op", operation_json(history, call.completion)},
                    {"model", {{"msg", why_not(history, call.completion, state)}}}});
    paths.push_back(std::move(path));
  }
  result["configs"] = configs;
  result["final-paths"] = paths;
}

// The last ok completion of the key before the one without a place.
nlohmann::json previous_ok(const History& history, const std::vector<std::size_t>& operations,
                           std::size_t completion) {
  const auto end = std::lower_bound(operations.begin(), operations.end(), completion);
  const auto found = std::find_if(
      std::make_reverse_iterator(end), operations.rend(),
      [&](std::size_t i) { return history.operations()[i].type == OperationType::ok; });
  return found == operations.rend() ? nlohmann::json() : operation_json(history, *found);
}

std::string explain(const linear::RegisterHistory& registers, const linear::Analysis& analysis) {
  const History& history = registers.history();
  const linear::Call& last = registers.calls()[registers.stages()[analysis.stage].returning];
  const Operation& operation = history.operations()[last.completion];
  std::string text =
      fmt::format("operation {} ({}, process {}, at {:.3f} s) has no place: ", last.completion,
                  in_words(history, last.completion), operation.process,
                  static_cast<double>(operation.time_ns) / static_cast<double>(kNsPerSecond));
  if (!analysis.self_contained) return text + "no order of all that was before allows it";
  text += "whatever was before, ";
  std::size_t told = 0;
  for (const std::uint32_t i : analysis.witnesses) {
    const linear::Call& call = registers.calls()[i];
    if (call.completion == last.completion) continue;
    if (told == kMostTold)
      return text + fmt::format(", and {} more", analysis.witnesses.size() - 1 - told);
    text += fmt::format("{}{} (process {}, from {} to {})", told++ == 0 ? "" : ", ",
                        in_words(history, call.completion),
                        history.operations()[call.completion].process, call.invocation,
                        call.completion);
  }
  return text + fmt::format("{}; it was from {} to {}", told == 0 ? "nobody had written it" : "",
                            last.invocation, last.completion);
}

nlohmann::json check_key(const History& history, const std::vector<std::size_t>& operations,
                         std::size_t& steps_left) {
  const linear::RegisterHistory registers(history, operations);
  const linear::Analysis analysis = linear::analyse(registers, steps_left);
  if (analysis.linearizable == true) {
    return {{"valid?", true},
            {"configs", nlohmann::json::array()},
            {"final-paths", nlohmann::json::array()}};
  }
  const std::size_t completion =
      registers.calls()[registers.stages()[analysis.stage].returning].completion;
  nlohmann::json result = {{"op", operation_json(history, completion)},
                           {"previous-ok", previous_ok(history, operations, completion)}};
  add_configurations(result, registers, analysis);
  if (!analysis.linearizable) {
    result["valid?"] = "unknown";
    result["cause"] = "the search took more steps or memory than it may";
    return result;
  }
  result["valid?"] = false;
  result["explanation"] = explain(registers, analysis);
  nlohmann::json witnesses = nlohmann::json::array();
  for (const std::uint32_t i : analysis.witnesses) {
    witnesses.push_back(operation_json(history, registers.calls()[i].completion));
  }
  result["counterexample"] = witnesses;
  return result;
}

}  // namespace

nlohmann::json check_lin_kv(const History& history) {
  nlohmann::json results = nlohmann::json::object();
  nlohmann::json failures = nlohmann::json::array();
  std::vector<nlohmann::json> verdicts;
  std::size_t steps_left = linear::kMostSteps;
  for (const KeyOperations& key : by_key(history)) {
    nlohmann::json linearizable = check_key(history, key.operations, steps_left);
    const nlohmann::json valid = linearizable.at("valid?");
    verdicts.push_back(valid);
    if (valid == false) failures.push_back(key.key);
    const std::string name = key.key.is_string() ? key.key.get<std::string>() : key.key.dump();
    results[name] = {{"linearizable", std::move(linearizable)},
                     {"timeline", {{"valid?", true}}},
                     {"valid?", valid}};
  }
  return {{"valid?", merge_valid(verdicts)}, {"results", results}, {"failures", failures}};
}

}  // namespace hearsay::bench
