#include "tools/experiment/verdict/elle/transactions.h"

#include <fmt/core.h>

#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/elle/words.h"

namespace hearsay::bench::elle {
namespace {

const nlohmann::json kNoValue;

[[noreturn]] void refuse(const Operation& operation, std::string_view what) {
  throw CheckerFailed(
      fmt::format("operation {}: {}: {}", operation.index, what, shown(operation.value)));
}

}  // namespace

int Transactions::Interned::number_of(const nlohmann::json& value) {
  const int next = static_cast<int>(values.size());
  const auto [found, added] = value.is_number_integer()
                                  ? [&] {
                                      const auto put =
                                          by_integer.try_emplace(value.get<std::int64_t>(), next);
                                      return std::pair(put.first->second, put.second);
                                    }()
                                  : [&] {
                                      const auto put = by_text.try_emplace(value.dump(), next);
                                      return std::pair(put.first->second, put.second);
                                    }();
  if (added) values.push_back(value);
  return found;
}

std::size_t Transactions::ListHash::operator()(const std::vector<int>& list) const {
  std::uint64_t hash = list.size();
  for (const int value : list) {
    hash = (hash ^ static_cast<std::uint32_t>(value)) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 29;
  }
  return hash;
}

Transactions::Transactions(const History& history, Workload workload)
    : history_(&history), workload_(workload) {
  const auto& operations = history.operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& operation = operations[i];
    if (!is_client(operation)) continue;
    if (operation.type == OperationType::invoke) {
      take_invocation(operation, i);
      continue;
    }
    Transaction transaction;
    transaction.completion = i;
    transaction.invocation = history.partner(i).value_or(i);
    transaction.type = operation.type;
    transaction.process = operation.process;
    transaction.first_step = steps_.size();
    take_completion(operation);
    transaction.end_step = steps_.size();
    note_intermediate_writes(steps(transaction), i);
    transactions_.push_back(transaction);
  }
  appended_.clear();
}

// What is appended to a key has to be new each time.
void Transactions::take_invocation(const Operation& operation, std::size_t index) {
  if (!operation.value.is_array()) refuse(operation, "no transaction");
  std::vector<Step> steps;
  for (const nlohmann::json& json : operation.value) steps.push_back(take_step(operation, json));
  note_intermediate_writes(steps, index);
  for (const Step& step : steps) {
    if (workload_ != Workload::list_append || !step.writes) continue;
    const auto [other, added] =
        appended_.try_emplace(pair_number(step.key, step.value), operation.index);
    note_append(step);
    if (!added) refuse(operation, "appends what an earlier transaction appended to the key");
  }
}

void Transactions::take_completion(const Operation& operation) {
  if (!operation.value.is_array()) refuse(operation, "no transaction");
  for (const nlohmann::json& json : operation.value) {
    steps_.push_back(take_step(operation, json));
    if (steps_.back().writes) note_append(steps_.back());
  }
}

void Transactions::note_append(const Step& step) {
  const auto key = static_cast<std::size_t>(step.key);
  if (appends_.size() <= key) appends_.resize(key + 1);
  ++appends_[key].count;
  appends_[key].value = step.value;
}

int Transactions::only_append(int key) const {
  const auto at = static_cast<std::size_t>(key);
  return at < appends_.size() && appends_[at].count == 1 ? appends_[at].value : kNull;
}

// Of several operations that wrote the same the last counts.
void Transactions::note_intermediate_writes(std::span<const Step> steps, std::size_t operation) {
  std::unordered_map<int, int> last;  // by key
  for (const Step& step : steps) {
    if (!step.writes) continue;
    const auto [found, first] = last.try_emplace(step.key, step.value);
    if (first) continue;
    if (!is_falsy(found->second)) {
      intermediate_writes_[pair_number(step.key, found->second)] = operation;
    }
    found->second = step.value;
  }
}

bool Transactions::is_falsy(int value_number) const {
  return value_number == kNull || value(value_number) == false;
}

Step Transactions::take_step(const Operation& operation, const nlohmann::json& json) {
  if (!json.is_array() || json.size() != 3 || !json[0].is_string()) {
    refuse(operation, "a step of a transaction isn't [function, key, value]");
  }
  const bool lists = workload_ == Workload::list_append;
  const auto& f = json[0].get_ref<const std::string&>();
  if (f != "r" && f != (lists ? "append" : "w")) {
    refuse(operation,
           fmt::format(R"(a step does "{}", not "r" or "{}")", f, lists ? "append" : "w"));
  }
  if (!lists) {
    if (key_kind_.empty()) key_kind_ = kind_of(json[1]);
    if (key_kind_ != kind_of(json[1])) {
      refuse(operation,
             fmt::format("keys of different types, {} and {}", key_kind_, kind_of(json[1])));
    }
  }
  Step step;
  step.writes = f != "r";
  step.key = keys_.number_of(json[1]);
  if (json[2].is_null()) return step;
  step.value = lists && !step.writes ? list_number(operation, json[2]) : values_.number_of(json[2]);
  return step;
}

int Transactions::list_number(const Operation& operation, const nlohmann::json& json) {
  if (!json.is_array()) refuse(operation, "a read shows something else than a list");
  std::vector<int> list;
  list.reserve(json.size());
  for (const nlohmann::json& value : json) list.push_back(values_.number_of(value));
  const auto [found, added] =
      list_numbers_.try_emplace(std::move(list), static_cast<int>(lists_.size()));
  if (added) lists_.push_back(&found->first);
  return found->second;
}

std::span<const int> Transactions::list(int number) const {
  if (number == kNull) return {};
  return *lists_[static_cast<std::size_t>(number)];
}

const nlohmann::json& Transactions::key(int number) const {
  return keys_.values[static_cast<std::size_t>(number)];
}

const nlohmann::json& Transactions::value(int number) const {
  return number == kNull ? kNoValue : values_.values[static_cast<std::size_t>(number)];
}

nlohmann::json Transactions::list_json(int number) const {
  if (number == kNull) return nullptr;
  nlohmann::json json = nlohmann::json::array();
  for (const int value_number : list(number)) json.push_back(value(value_number));
  return json;
}

nlohmann::json Transactions::step_json(const Step& step) const {
  const bool lists = workload_ == Workload::list_append;
  const char* const f = !step.writes ? "r" : lists ? "append" : "w";
  return {f, key(step.key), lists && !step.writes ? list_json(step.value) : value(step.value)};
}

nlohmann::json Transactions::operation_json(const Transaction& transaction) const {
  return to_json(operation(transaction));
}

}  // namespace hearsay::bench::elle
