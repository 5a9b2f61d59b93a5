// The versions of each key's list, as reads show them. Immutable once built.
#pragma once

#include <unordered_map>
#include <vector>

#include "tools/experiment/verdict/elle/transactions.h"

namespace hearsay::bench::elle {

// A key's lists that differ, by number, the shortest first.
using ListsByKey = std::vector<std::vector<int>>;

// As transactions that may have happened show them. A key that has just one append by them and no
// read counts as read behind it; `single_values` of such keys have that value, others kNull.
struct ReadLists {
  ListsByKey lists;
  std::vector<int> single_values;
};
ReadLists possible_lists(const Transactions& transactions);
// As any transaction shows them. Here an append counts that stands alone among all invocations and
// completions of a key without a read: Elle takes it for read, whether it was acknowledged or not.
ReadLists all_lists(const Transactions& transactions);

// Where values stand among a key's versions: in the longest list, each value once.
class VersionOrder {
 public:
  explicit VersionOrder(const Transactions& transactions, const ReadLists& lists);

  const std::vector<int>& values(int key) const { return values_[static_cast<std::size_t>(key)]; }
  // The value before this one; before one that nobody saw, the last one that was seen. kNull: it
  // comes first.
  int before(int key, int value) const;

 private:
  std::vector<std::vector<int>> values_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
};

}  // namespace hearsay::bench::elle
