#include "tools/experiment/verdict/elle/orders.h"

#include <unordered_map>

namespace hearsay::bench::elle {
namespace {

// By index in the history: the transaction that ends or, by an invocation, begins there; or -1.
std::vector<int> transactions_by_index(const Transactions& transactions) {
  std::vector<int> numbers(transactions.history().operations().size(), -1);
  for (std::size_t i = 0; i < transactions.all().size(); ++i) {
    const Transaction& transaction = transactions.all()[i];
    numbers[transaction.invocation] = static_cast<int>(i);
    numbers[transaction.completion] = static_cast<int>(i);
  }
  return numbers;
}

}  // namespace

std::vector<Edge> realtime_edges(const Transactions& transactions) {
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::vector<Edge> edges;
  std::vector<Range> into(transactions.all().size());
  std::vector<int> ended;  // what nothing that ended later follows
  const std::vector<int> numbers = transactions_by_index(transactions);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] < 0) continue;
    const auto number = static_cast<std::size_t>(numbers[i]);
    const Transaction& transaction = transactions.all()[number];
    if (i == transaction.invocation && i != transaction.completion) {
      into[number].begin = edges.size();
      for (const int earlier : ended) edges.push_back({earlier, numbers[i], kRealtime});
      into[number].end = edges.size();
    } else if (transaction.ok()) {
      std::erase_if(ended, [&](int earlier) {
        for (std::size_t at = into[number].begin; at < into[number].end; ++at) {
          if (edges[at].from == earlier) return true;
        }
        return false;
      });
      ended.push_back(numbers[i]);
    }
  }
  return edges;
}

std::vector<Edge> process_edges(const Transactions& transactions) {
  std::vector<Edge> edges;
  std::unordered_map<std::int64_t, int> last;
  for (std::size_t i = 0; i < transactions.all().size(); ++i) {
    const Transaction& transaction = transactions.all()[i];
    if (!transaction.ok()) continue;
    const auto [found, first] = last.try_emplace(transaction.process, static_cast<int>(i));
    if (first) continue;
    edges.push_back({found->second, static_cast<int>(i), kProcess});
    found->second = static_cast<int>(i);
  }
  return edges;
}

}  // namespace hearsay::bench::elle
