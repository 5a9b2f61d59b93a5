// The checkers of workloads in which each reply is judged by itself: echo and unique ids.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tools/experiment/network/value_text.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/clojure_order.h"
#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kDuplicatesShown = 48;

// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct Repeated {
  nlohmann::json id;
  std::int64_t count = 0;
};

// The least of all ids (`direction` -1) or the greatest (1). Jepsen wants it, and so its checker
// throws where ids have no order.
nlohmann::json extreme_of(const std::vector<nlohmann::json>& ids, int direction) {
  const nlohmann::json none;
  const nlohmann::json* extreme = &none;
  for (const nlohmann::json& id : ids) {
    if (id.is_null()) continue;
    const auto order = extreme->is_null() ? direction : clojure_compare(id, *extreme);
    if (!order) {
      throw CheckerFailed("ids of two kinds, or without an order (" +
                          shorten_line(extreme->dump()) + ", " + shorten_line(id.dump()) +
                          "): Maelstrom can't compare them, and so can't judge the run");
    }
    if (*order * direction >= 0) extreme = &id;
  }
  return *extreme;
}

// The ids handed out more than once, the most frequent first, of those the longest text, which of
// numbers is the largest. To Maelstrom 1 and 1.0 are two ids; to the JSON library they are equal.
std::vector<Repeated> repeated_ids(const std::vector<nlohmann::json>& ids) {
  std::unordered_map<std::string, Repeated> by_text;
  for (const nlohmann::json& id : ids) {
    Repeated& same = by_text[value_text(id)];
    if (same.count++ == 0) same.id = id;
  }
  std::vector<std::pair<std::string, Repeated>> repeated;
  for (auto& [text, same] : by_text) {
    if (same.count > 1) repeated.emplace_back(text, std::move(same));
  }
  std::sort(repeated.begin(), repeated.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.second.count, a.first.size(), a.first) >
           std::tuple(b.second.count, b.first.size(), b.first);
  });
  std::vector<Repeated> sorted;
  sorted.reserve(repeated.size());
  for (auto& [text, same] : repeated) sorted.push_back(std::move(same));
  return sorted;
}

}  // namespace

nlohmann::json check_echo(const History& history) {
  nlohmann::json errors = nlohmann::json::array();
  const auto& operations = history.operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& invocation = operations[i];
    if (invocation.type != OperationType::invoke) continue;
    const auto partner = history.partner(i);
    if (!partner || operations[*partner].type == OperationType::info) continue;
    const nlohmann::json& answer = operations[*partner].value;
    const bool echoed =
        answer.is_object() && answer.contains("echo") && answer.at("echo") == invocation.value;
    if (!echoed) {
      errors.push_back({"Expected a message with :echo", invocation.value, "But received", answer});
    }
  }
  return {{"valid?", errors.empty()}, {"errors", errors}};
}

nlohmann::json check_unique_ids(const History& history) {
  std::size_t attempted = 0;
  std::vector<nlohmann::json> ids;
  for (const Operation& operation : history.operations()) {
    if (operation.f != "generate") continue;
    if (operation.type == OperationType::invoke) ++attempted;
    if (operation.type == OperationType::ok) ids.push_back(operation.value);
  }
  const nlohmann::json range = nlohmann::json::array({extreme_of(ids, -1), extreme_of(ids, 1)});
  const std::size_t acknowledged = ids.size();
  const std::vector<Repeated> repeated = repeated_ids(ids);
  nlohmann::json shown = nlohmann::json::object();
  for (std::size_t i = 0; i < std::min(repeated.size(), kDuplicatesShown); ++i) {
    const nlohmann::json& id = repeated[i].id;
    shown[id.is_string() ? id.get<std::string>() : id.dump()] = repeated[i].count;
  }
  return {{"valid?", repeated.empty()},
          {"attempted-count", attempted},
          {"acknowledged-count", acknowledged},
          {"duplicated-count", repeated.size()},
          {"duplicated", shown},
          {"range", range}};
}

}  // namespace hearsay::bench
