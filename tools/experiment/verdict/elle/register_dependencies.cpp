#include "tools/experiment/verdict/elle/register_dependencies.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_set>

#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/elle/words.h"

namespace hearsay::bench::elle {
namespace {

int value_of(const Accesses& accesses, int key) {
  const auto found = std::find_if(accesses.begin(), accesses.end(),
                                  [key](const auto& access) { return access.first == key; });
  return found == accesses.end() ? kNull : found->second;
}

void add_unique(std::vector<int>& list, int value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

}  // namespace

RegisterDependencies::RegisterDependencies(const Transactions& transactions, Cases& cases)
    : transactions_(&transactions), written_(static_cast<std::size_t>(transactions.key_count())) {
  index();
  add_wr_edges();
  order_versions(cases);
  add_edges(writers_, kWw);
  add_edges(readers_, kRw);
}

Accesses RegisterDependencies::reads(int number) const {
  Accesses accesses;
  std::vector<int> touched;
  for (const Step& step : transactions_->steps(at(number))) {
    if (std::find(touched.begin(), touched.end(), step.key) != touched.end()) continue;
    touched.push_back(step.key);
    if (!step.writes) accesses.emplace_back(step.key, step.value);
  }
  return accesses;
}

Accesses RegisterDependencies::writes(int number) const {
  Accesses accesses;
  for (const Step& step : transactions_->steps(at(number))) {
    if (!step.writes) continue;
    const auto found = std::find_if(accesses.begin(), accesses.end(), [&step](const auto& access) {
      return access.first == step.key;
    });
    if (found == accesses.end()) {
      accesses.emplace_back(step.key, step.value);
    } else {
      found->second = step.value;
    }
  }
  return accesses;
}

void RegisterDependencies::index() {
  for (std::size_t i = 0; i < transactions_->all().size(); ++i) {
    const int number = static_cast<int>(i);
    if (!at(number).ok()) continue;
    for (const auto& [key, value] : reads(number)) {
      readers_[pair_number(key, value)].push_back(number);
    }
    for (const auto& [key, value] : writes(number)) {
      auto& writers = writers_[pair_number(key, value)];
      if (writers.empty()) written_[static_cast<std::size_t>(key)].push_back(value);
      writers.push_back(number);
    }
  }
}

// From the one that wrote a value to all that read it.
void RegisterDependencies::add_wr_edges() {
  for (const auto& [place, readers] : readers_) {
    const auto writers = writers_.find(place);
    if (writers == writers_.end()) continue;
    const int writer = writers->second.front();
    if (writers->second.size() > 1) {
      const int key = static_cast<int>(place >> 32);
      const int value = static_cast<int>(static_cast<std::uint32_t>(place));
      throw CheckerFailed(fmt::format(
          "operations {} and {} both wrote {} to key {}, and it was read: whose was it?",
          transactions_->operation(at(writer)).index,
          transactions_->operation(at(writers->second[1])).index,
          shown(transactions_->value(value)), shown(transactions_->key(key))));
    }
    for (const int reader : readers) edges_.push_back({writer, reader, kWr});
  }
}

void RegisterDependencies::order_versions(Cases& cases) {
  std::vector<std::vector<std::pair<int, int>>> followers(written_.size());
  for (std::size_t i = 0; i < transactions_->all().size(); ++i) {
    const int number = static_cast<int>(i);
    if (!at(number).ok()) continue;
    const Accesses written = writes(number);
    for (const auto& [key, version] : reads(number)) {
      const int next = value_of(written, key);
      if (version == kNull || next == kNull) continue;
      followers[static_cast<std::size_t>(key)].emplace_back(version, next);
    }
  }
  bool cyclic = false;
  for (std::size_t key = 0; key < followers.size(); ++key) {
    cyclic = add_cyclic_versions(static_cast<int>(key), followers[key], cases) || cyclic;
  }
  for (std::size_t key = 0; key < followers.size() && !cyclic; ++key) {
    for (const auto& [version, next] : followers[key]) {
      add_unique(next_[pair_number(static_cast<int>(key), version)], next);
    }
  }
}

bool RegisterDependencies::add_cyclic_versions(int key,
                                               const std::vector<std::pair<int, int>>& followers,
                                               Cases& cases) const {
  std::unordered_map<int, int> numbers;
  std::vector<int> values;
  std::vector<Edge> edges;
  const auto number_of = [&](int value) {
    const auto [found, added] = numbers.try_emplace(value, static_cast<int>(values.size()));
    if (added) values.push_back(value);
    return found->second;
  };
  for (const auto& [version, next] : followers) {
    const int from = number_of(version);
    edges.push_back({from, number_of(next), kWw});
  }
  const Graph graph(static_cast<int>(values.size()), std::move(edges));
  const auto components = components_of(graph);
  for (const std::vector<int>& component : components) {
    cases.add("cyclic-versions", [&] {
      nlohmann::json scc = nlohmann::json::array();
      for (const int number : component) {
        scc.push_back(transactions_->value(values[static_cast<std::size_t>(number)]));
      }
      std::sort(scc.begin(), scc.end());
      return nlohmann::json{{"key", transactions_->key(key)},
                            {"scc", scc},
                            {"sources", {"initial-state", "wfr-keys"}}};
    });
  }
  return !components.empty();
}

const std::vector<int>& RegisterDependencies::users_of(const Users& users, int key, int value) {
  static const std::vector<int> kNone;
  const auto found = users.find(pair_number(key, value));
  return found == users.end() ? kNone : found->second;
}

// From the users of each version to the writers of those behind it. Nobody depends on itself, but
// is a vertex by that.
void RegisterDependencies::add_edges(const Users& users, Kinds kind) {
  const auto link = [&](int key, int version, int next) {
    for (const int from : users_of(users, key, version)) {
      for (const int to : users_of(writers_, key, next)) {
        edges_.push_back({from, to, from == to ? Kinds{0} : kind});
      }
    }
  };
  for (std::size_t i = 0; i < written_.size(); ++i) {
    const int key = static_cast<int>(i);
    for (const int value : written_[i]) {
      if (value != kNull) link(key, kNull, value);
    }
  }
  for (const auto& [place, followers] : next_) {
    const int key = static_cast<int>(place >> 32);
    const int version = static_cast<int>(static_cast<std::uint32_t>(place));
    for (const int next : followers) link(key, version, next);
  }
}

bool RegisterDependencies::precedes(int key, int version, int other) const {
  if (version == kNull) return other != kNull;
  const auto found = next_.find(pair_number(key, version));
  return found != next_.end() &&
         std::find(found->second.begin(), found->second.end(), other) != found->second.end();
}

std::optional<nlohmann::json> RegisterDependencies::explain(int a, int b) const {
  if (!at(a).ok() || !at(b).ok()) return {};
  if (auto step = explain_wr(a, b)) return step;
  if (auto step = explain_order(writes(a), a, b, "ww")) return step;
  return explain_order(reads(a), a, b, "rw");
}

nlohmann::json RegisterDependencies::mop_index(int number, bool writes, int key, int value) const {
  const auto steps = transactions_->steps(at(number));
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const Step& step) {
    return step.writes == writes && step.key == key && step.value == value;
  });
  return found - steps.begin();
}

std::optional<nlohmann::json> RegisterDependencies::explain_wr(int a, int b) const {
  const Accesses of_b = reads(b);
  for (const auto& [key, value] : writes(a)) {
    const auto read = std::find(of_b.begin(), of_b.end(), std::pair(key, value));
    if (read == of_b.end()) continue;
    return nlohmann::json{{"type", "wr"},
                          {"key", transactions_->key(key)},
                          {"value", transactions_->value(value)},
                          {"a-mop-index", mop_index(a, true, key, value)},
                          {"b-mop-index", mop_index(b, false, key, value)}};
  }
  return {};
}

std::optional<nlohmann::json> RegisterDependencies::explain_order(const Accesses& of_a, int a,
                                                                  int b, const char* type) const {
  const Accesses of_b = writes(b);
  for (const auto& [key, value] : of_a) {
    const int next = value_of(of_b, key);
    if (next == kNull || !precedes(key, value, next)) continue;
    return nlohmann::json{{"type", type},
                          {"key", transactions_->key(key)},
                          {"value", transactions_->value(value)},
                          {"value'", transactions_->value(next)},
                          {"a-mop-index", mop_index(a, std::string_view(type) == "ww", key, value)},
                          {"b-mop-index", mop_index(b, true, key, next)}};
  }
  return {};
}

std::string RegisterDependencies::words(const nlohmann::json& step, const std::string& a,
                                        const std::string& b) const {
  const std::string key = shown(step.at("key"));
  const std::string value = shown(step.at("value"));
  if (step.at("type") == "wr") {
    return fmt::format("{} wrote {} to key {}, and {} read it", a, value, key, b);
  }
  const std::string next = shown(step.at("value'"));
  const char* const did = step.at("type") == "ww" ? "wrote" : "read";
  return fmt::format("{} {} {} {} key {}, which {} overwrote with {}", a, did, value,
                     step.at("type") == "ww" ? "to" : "from", key, b, next);
}

}  // namespace hearsay::bench::elle
