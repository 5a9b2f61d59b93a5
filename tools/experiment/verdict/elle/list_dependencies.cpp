#include "tools/experiment/verdict/elle/list_dependencies.h"

#include <fmt/core.h>

#include <algorithm>

#include "tools/experiment/verdict/elle/words.h"

namespace hearsay::bench::elle {
namespace {

// Elle's name of a list that nobody has appended to yet.
constexpr const char* kInitial = "elle.list-append/init";

nlohmann::json index_of(std::span<const Step> steps, const Step& step) {
  const auto found = std::find_if(steps.begin(), steps.end(), [&step](const Step& other) {
    return other.writes == step.writes && other.key == step.key && other.value == step.value;
  });
  return found == steps.end() ? -1 : found - steps.begin();
}

}  // namespace

ListDependencies::ListDependencies(const Transactions& transactions, const VersionOrder& versions)
    : transactions_(&transactions), versions_(&versions) {
  for (std::size_t i = 0; i < transactions.all().size(); ++i) {
    const Transaction& transaction = transactions.all()[i];
    if (!transaction.possible()) continue;
    const int number = static_cast<int>(i);
    for (const Step& step : transactions.steps(transaction)) {
      if (step.writes) {
        writers_[pair_number(step.key, step.value)] = number;
      } else if (transaction.ok() || step.value != kNull) {
        // One that may have happened doesn't know what it read.
        auto& readers = readers_[pair_number(step.key, last_of(step))];
        if (readers.empty() || readers.back() != number) readers.push_back(number);
      }
    }
  }
}

int ListDependencies::last_of(const Step& read) const {
  const auto list = transactions_->list(read.value);
  return list.empty() ? kNull : list.back();
}

int ListDependencies::writer(int key, int value, int except) const {
  const auto found = value == kNull ? writers_.end() : writers_.find(pair_number(key, value));
  return found == writers_.end() || found->second == except ? -1 : found->second;
}

int ListDependencies::overwritten_writer(int number, const Step& append) const {
  return writer(append.key, versions_->before(append.key, append.value), number);
}

int ListDependencies::read_writer(int number, const Step& read) const {
  return writer(read.key, last_of(read), number);
}

std::vector<Edge> ListDependencies::edges() const {
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < transactions_->all().size(); ++i) {
    const int number = static_cast<int>(i);
    if (!at(number).possible()) continue;
    for (const Step& step : steps(number)) {
      const int from = step.writes ? overwritten_writer(number, step) : read_writer(number, step);
      if (from >= 0) edges.push_back({from, number, step.writes ? kWw : kWr});
      if (!step.writes) continue;
      const auto readers =
          readers_.find(pair_number(step.key, versions_->before(step.key, step.value)));
      if (readers == readers_.end()) continue;
      for (const int reader : readers->second) {
        if (reader != number) edges.push_back({reader, number, kRw});
      }
    }
  }
  return edges;
}

std::optional<nlohmann::json> ListDependencies::explain(int a, int b) const {
  if (auto step = explain_ww(a, b)) return step;
  if (auto step = explain_wr(a, b)) return step;
  return explain_rw(a, b);
}

nlohmann::json ListDependencies::place_of_append(int number, int key, int value) const {
  return index_of(steps(number), {.writes = true, .key = key, .value = value});
}

std::optional<nlohmann::json> ListDependencies::explain_ww(int a, int b) const {
  for (const Step& step : steps(b)) {
    if (!step.writes || overwritten_writer(b, step) != a) continue;
    const int before = versions_->before(step.key, step.value);
    return nlohmann::json{{"type", "ww"},
                          {"key", transactions_->key(step.key)},
                          {"value", transactions_->value(before)},
                          {"value'", transactions_->value(step.value)},
                          {"a-mop-index", place_of_append(a, step.key, before)},
                          {"b-mop-index", index_of(steps(b), step)}};
  }
  return {};
}

std::optional<nlohmann::json> ListDependencies::explain_wr(int a, int b) const {
  for (const Step& step : steps(b)) {
    if (step.writes || read_writer(b, step) != a) continue;
    const int value = last_of(step);
    return nlohmann::json{{"type", "wr"},
                          {"key", transactions_->key(step.key)},
                          {"value", transactions_->value(value)},
                          {"a-mop-index", place_of_append(a, step.key, value)},
                          {"b-mop-index", index_of(steps(b), step)}};
  }
  return {};
}

std::optional<nlohmann::json> ListDependencies::explain_rw(int a, int b) const {
  for (const Step& step : steps(b)) {
    if (!step.writes || a == b) continue;
    const int before = versions_->before(step.key, step.value);
    const auto of_a = steps(a);
    const auto read = std::find_if(of_a.begin(), of_a.end(), [&](const Step& other) {
      return !other.writes && other.key == step.key && last_of(other) == before &&
             (at(a).ok() || other.value != kNull);
    });
    if (read == of_a.end()) continue;
    return nlohmann::json{
        {"type", "rw"},
        {"key", transactions_->key(step.key)},
        {"value", before == kNull ? nlohmann::json(kInitial) : transactions_->value(before)},
        {"value'", transactions_->value(step.value)},
        {"a-mop-index", read - of_a.begin()},
        {"b-mop-index", index_of(steps(b), step)}};
  }
  return {};
}

std::string ListDependencies::words(const nlohmann::json& step, const std::string& a,
                                    const std::string& b) const {
  const std::string key = shown(step.at("key"));
  const std::string value = shown(step.at("value"));
  if (step.at("type") == "wr")
    return fmt::format("{} read {}'s append of {} to key {}", b, a, value, key);
  const std::string next = shown(step.at("value'"));
  if (step.at("type") == "ww") {
    return fmt::format("{} appended {} to key {} after {} had appended {}", b, next, key, a, value);
  }
  if (step.at("value") == kInitial) {
    return fmt::format("{} read key {} when nothing was there, and {} then appended {}", a, key, b,
                       next);
  }
  return fmt::format("{} read key {} up to {}, without {}'s append of {}", a, key, value, b, next);
}

}  // namespace hearsay::bench::elle
