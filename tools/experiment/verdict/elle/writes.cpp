#include "tools/experiment/verdict/elle/writes.h"

#include <unordered_map>
#include <unordered_set>

namespace hearsay::bench::elle {

Writers failed_writes(const Transactions& transactions) {
  Writers writers;
  for (const Transaction& transaction : transactions.all()) {
    if (transaction.possible()) continue;
    for (const Step& step : transactions.steps(transaction)) {
      if (step.writes) writers[pair_number(step.key, step.value)] = transaction.completion;
    }
  }
  return writers;
}

namespace {

// The first state that a transaction saw of each key that it then wrote, its own writes included:
// calls `take(key, state)`, once a key. A first write that comes before any read doesn't count.
template <typename Take>
void each_update(std::span<const Step> steps, Take take) {
  std::unordered_map<int, int> seen;
  std::unordered_set<int> written;
  for (const Step& step : steps) {
    if (step.writes && written.count(step.key) == 0) {
      const auto found = seen.find(step.key);
      if (found == seen.end()) continue;
      written.insert(step.key);
      take(step.key, found->second);
    } else {
      seen.try_emplace(step.key, step.value);
    }
  }
}

}  // namespace

void add_lost_updates(const Transactions& transactions, Workload workload, Cases& cases) {
  std::unordered_map<std::uint64_t, std::vector<int>> updates;
  std::vector<std::pair<int, int>> order;  // as they were first met
  for (std::size_t i = 0; i < transactions.all().size(); ++i) {
    const Transaction& transaction = transactions.all()[i];
    if (!transaction.ok()) continue;
    each_update(transactions.steps(transaction), [&](int key, int state) {
      auto& same = updates[pair_number(key, state)];
      if (same.empty()) order.emplace_back(key, state);
      same.push_back(static_cast<int>(i));
    });
  }
  for (const auto& [key, state] : order) {
    const std::vector<int>& same = updates[pair_number(key, state)];
    if (same.size() < 2) continue;
    cases.add("lost-update", [&, key = key, state = state] {
      nlohmann::json txns = nlohmann::json::array();
      for (const int number : same) {
        txns.push_back(
            transactions.operation_json(transactions.all()[static_cast<std::size_t>(number)]));
      }
      return nlohmann::json{
          {"key", transactions.key(key)},
          {"value", workload == Workload::list_append ? transactions.list_json(state)
                                                      : transactions.value(state)},
          {"txns", std::move(txns)}};
    });
  }
}

nlohmann::json read_case(const Transactions& transactions, const Transaction& reader,
                         const Step& step, std::size_t writer) {
  return {{"op", transactions.operation_json(reader)},
          {"mop", transactions.step_json(step)},
          {"writer", to_json(transactions.history().operations()[writer])}};
}

}  // namespace hearsay::bench::elle
