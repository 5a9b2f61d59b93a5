#include "tools/experiment/verdict/judge.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "tools/experiment/network/large_integers.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/elle/elle.h"
#include "tools/experiment/verdict/elle/models.h"

namespace hearsay::bench {
namespace {

bool is_any(const Operation& /*operation*/) {
  return true;
}

bool has_a_key(const Operation& operation) {
  return operation.value.is_array() && operation.value.size() == 2;
}

bool reads_a_list(const Operation& operation) {
  return operation.f != "read" || operation.value.is_array() || operation.value.is_null();
}

bool reads_a_number(const Operation& operation) {
  return operation.f != "read" || operation.value.is_number() || is_whole_number(operation.value);
}

struct JudgedWorkload {
  const char* name;
  std::vector<std::string_view> functions;
  bool (*may_be)(const Operation& ok);
  nlohmann::json (*check)(const History& history, const JudgeOptions& options);
  std::string_view foreign_step{};  // of transactions: what only those of another workload do
};

nlohmann::json judge_broadcast(const History& history, const JudgeOptions& /*options*/) {
  return check_set_full(history, "broadcast");
}
nlohmann::json judge_set(const History& history, const JudgeOptions& /*options*/) {
  return check_set_full(history, "add");
}
// At commas with white space on both sides. Another comma is part of a name, which is then unknown.
std::vector<std::string> split_models(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const auto is_space = [&](std::size_t at) {
    return at < text.size() && kSpace.find(text[at]) != std::string_view::npos;
  };
  std::vector<std::string> models;
  std::size_t comma = text.find(',');
  while (comma != std::string_view::npos) {
    if (comma > 0 && is_space(comma - 1) && is_space(comma + 1)) {
      models.emplace_back(text.substr(0, text.find_last_not_of(kSpace, comma - 1) + 1));
      text.remove_prefix(std::min(text.size(), text.find_first_not_of(kSpace, comma + 1)));
      comma = text.find(',');
    } else {
      comma = text.find(',', comma + 1);
    }
  }
  if (!text.empty() || models.empty()) models.emplace_back(text);
  return models;
}

template <nlohmann::json (*kCheck)(const History&)>
nlohmann::json judge_by(const History& history, const JudgeOptions& /*options*/) {
  return kCheck(history);
}

template <nlohmann::json (*kCheck)(const History&, const ElleOptions&)>
nlohmann::json judge_elle(const History& history, const JudgeOptions& options) {
  ElleOptions elle;
  elle.models = split_models(options.consistency_models);
  return kCheck(history, elle);
}

const std::vector<JudgedWorkload>& table() {
  static const std::vector<JudgedWorkload> kTable = {
      {"echo", {"echo"}, is_any, judge_by<check_echo>},
      {"unique-ids", {"generate"}, is_any, judge_by<check_unique_ids>},
      {"broadcast", {"broadcast", "read"}, reads_a_list, judge_broadcast},
      {"g-set", {"add", "read"}, reads_a_list, judge_set},
      {"g-counter", {"add", "read"}, reads_a_number, judge_by<check_counter>},
      {"pn-counter", {"add", "read"}, reads_a_number, judge_by<check_counter>},
      {"kafka", {"send", "poll", "assign", "crash"}, is_any, judge_by<check_kafka>},
      {"lin-kv", {"read", "write", "cas"}, has_a_key, judge_by<check_lin_kv>},
      {"txn-list-append", {"txn"}, is_any, judge_elle<check_list_append>, "w"},
      {"txn-rw-register", {"txn"}, is_any, judge_elle<check_rw_register>, "append"},
  };
  return kTable;
}

const JudgedWorkload& find_judged(std::string_view workload) {
  return *std::find_if(table().begin(), table().end(),
                       [&](const JudgedWorkload& judged) { return judged.name == workload; });
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool is_of(const JudgedWorkload& judged, const std::set<std::string>& functions) {
  return std::all_of(functions.begin(), functions.end(), [&](const std::string& f) {
    return std::find(judged.functions.begin(), judged.functions.end(), f) != judged.functions.end();
  });
}

// Of which workloads operations with these names may be.
std::string candidates(const std::set<std::string>& functions) {
  std::set<std::string> names;
  for (const JudgedWorkload& judged : table()) {
    if (is_of(judged, functions)) names.insert(judged.name);
  }
  return names.empty() ? "no workload known here has these" : "they may be of " + joined(names);
}

bool has_step(const Operation& operation, std::string_view f) {
  if (!is_client(operation) || !operation.value.is_array()) return false;
  return std::any_of(
      operation.value.begin(), operation.value.end(), [&](const nlohmann::json& step) {
        return step.is_array() && !step.empty() && step.front().is_string() && step.front() == f;
      });
}

std::string why_not_its_steps(const JudgedWorkload& judged, const History& history) {
  if (judged.foreign_step.empty()) return "";
  for (const Operation& operation : history.operations()) {
    if (!has_step(operation, judged.foreign_step)) continue;
    return fmt::format("operation {} ({}) has a step \"{}\", which {} does not have: {:.60}",
                       operation.index, operation.f, judged.foreign_step, judged.name,
                       operation.value.dump());
  }
  return "";
}

}  // namespace

std::vector<std::string> judged_workloads() {
  std::vector<std::string> names;
  for (const JudgedWorkload& judged : table()) names.emplace_back(judged.name);
  return names;
}

std::vector<std::string_view> functions_of(std::string_view workload) {
  return find_judged(workload).functions;
}

std::string why_not_of(std::string_view workload, const History& history) {
  const JudgedWorkload& judged = find_judged(workload);
  std::set<std::string> functions;
  for (const Operation& operation : history.operations()) {
    if (is_client(operation)) functions.insert(operation.f);
  }
  if (!is_of(judged, functions)) {
    return fmt::format("its operations are {}, which {} does not have; {}", joined(functions),
                       workload, candidates(functions));
  }
  for (const Operation& operation : history.operations()) {
    if (operation.type != OperationType::ok || !is_client(operation)) continue;
    if (judged.may_be(operation)) continue;
    return fmt::format("operation {} ({}) has a value that {} does not have: {:.60}",
                       operation.index, operation.f, workload, operation.value.dump());
  }
  return why_not_its_steps(judged, history);
}

std::vector<std::string> known_models() {
  return {elle::all_models().begin(), elle::all_models().end()};
}

std::vector<std::string> unknown_models(std::string_view models) {
  std::vector<std::string> unknown = split_models(models);
  std::erase_if(unknown, [](const auto& model) { return elle::all_models().contains(model); });
  return unknown;
}

nlohmann::json check_workload(std::string_view workload, const History& history,
                              const JudgeOptions& options) {
  try {
    return find_judged(workload).check(history, options);
  } catch (const CheckerFailed& error) {
    return {{"valid?", "unknown"}, {"error", error.what()}};
  } catch (const std::bad_alloc& error) {
    return {{"valid?", "unknown"}, {"error", error.what()}, {"lacks-memory", true}};
  }
}

nlohmann::json judge(std::string_view workload, const History& history,
                     const JudgeOptions& options) {
  nlohmann::json results = {
      {"perf", check_perf(history)},
      {"exceptions", check_exceptions(history)},
      {"stats", check_stats(history)},
      {"availability", check_availability(history, options.wanted_availability)},
      {"workload", check_workload(workload, history, options)}};
  std::vector<nlohmann::json> verdicts;
  for (const auto& section : results) verdicts.push_back(section.at("valid?"));
  results["valid?"] = merge_valid(verdicts);
  return results;
}

}  // namespace hearsay::bench
