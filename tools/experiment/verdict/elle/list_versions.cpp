#include "tools/experiment/verdict/elle/list_versions.h"

#include <algorithm>
#include <functional>
#include <unordered_set>
#include <utility>

#include "tools/experiment/verdict/elle/order.h"

namespace hearsay::bench::elle {
namespace {

// Two of a length can't both be right. Elle takes them in the order of its hash table.
void sort_by_length(const Transactions& transactions, std::vector<int>& lists) {
  const auto length = [&](int list) { return transactions.list(list).size(); };
  const auto shorter = [&](int a, int b) { return length(a) < length(b); };
  std::vector<int> sorted = lists;
  std::stable_sort(sorted.begin(), sorted.end(), shorter);
  const bool unique =
      std::adjacent_find(sorted.begin(), sorted.end(), std::not_fn(shorter)) == sorted.end();
  if (unique) {
    lists.swap(sorted);
    return;
  }
  std::vector<std::pair<std::uint64_t, int>> keyed;
  for (const int list : lists) {
    const nlohmann::json json = transactions.list_json(list);
    keyed.emplace_back(map_key_of_list({json.begin(), json.end()}), list);
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::uint64_t> keys;
  std::vector<int> places;
  for (const auto& [key, list] : keyed) {
    places.push_back(static_cast<int>(keys.size()));
    keys.push_back(key);
  }
  order_as_map(places, keys);
  for (std::size_t i = 0; i < places.size(); ++i) {
    lists[i] = keyed[static_cast<std::size_t>(places[i])].second;
  }
  std::stable_sort(lists.begin(), lists.end(), shorter);
}

ReadLists read_lists(const Transactions& transactions, bool only_possible) {
  ReadLists read;
  read.lists.resize(static_cast<std::size_t>(transactions.key_count()));
  std::unordered_set<std::uint64_t> known;
  for (const Transaction& transaction : transactions.all()) {
    if (only_possible && !transaction.possible()) continue;
    for (const Step& step : transactions.steps(transaction)) {
      if (step.writes || transactions.list(step.value).empty()) continue;
      if (!known.insert(pair_number(step.key, step.value)).second) continue;
      read.lists[static_cast<std::size_t>(step.key)].push_back(step.value);
    }
  }
  for (std::vector<int>& lists : read.lists) sort_by_length(transactions, lists);
  read.single_values.assign(read.lists.size(), kNull);
  return read;
}

}  // namespace

ReadLists all_lists(const Transactions& transactions) {
  ReadLists read = read_lists(transactions, false);
  for (std::size_t key = 0; key < read.lists.size(); ++key) {
    if (read.lists[key].empty())
      read.single_values[key] = transactions.only_append(static_cast<int>(key));
  }
  return read;
}

ReadLists possible_lists(const Transactions& transactions) {
  ReadLists read = read_lists(transactions, true);
  std::vector<int> appends(read.lists.size(), 0);
  for (const Transaction& transaction : transactions.all()) {
    if (!transaction.possible()) continue;
    for (const Step& step : transactions.steps(transaction)) {
      const auto key = static_cast<std::size_t>(step.key);
      if (step.writes && ++appends[key] == 1) read.single_values[key] = step.value;
    }
  }
  for (std::size_t key = 0; key < read.lists.size(); ++key) {
    if (appends[key] != 1 || !read.lists[key].empty()) read.single_values[key] = kNull;
  }
  return read;
}

VersionOrder::VersionOrder(const Transactions& transactions, const ReadLists& lists)
    : values_(lists.lists.size()) {
  for (std::size_t key = 0; key < values_.size(); ++key) {
    const auto add = [&](int value) {
      const auto place = pair_number(static_cast<int>(key), value);
      if (places_.try_emplace(place, values_[key].size()).second) values_[key].push_back(value);
    };
    if (lists.single_values[key] != kNull) add(lists.single_values[key]);
    if (lists.lists[key].empty()) continue;
    for (const int value : transactions.list(lists.lists[key].back())) add(value);
  }
}

int VersionOrder::before(int key, int value) const {
  const std::vector<int>& order = values(key);
  const auto found = places_.find(pair_number(key, value));
  if (found == places_.end()) return order.empty() ? kNull : order.back();
  return found->second == 0 ? kNull : order[found->second - 1];
}

}  // namespace hearsay::bench::elle
