#include "tools/experiment/verdict/elle/order.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

namespace hearsay::bench::elle {
namespace {

// Seven digits of five bits, the first one foremost.
std::uint64_t key(std::uint64_t first, std::uint64_t second) {
  return (first << 30) | (second << 25);
}

TEST(MapOrder, EntriesComeBeforeSubtrees) {
  const std::vector<std::uint64_t> keys = {key(1, 3), key(1, 9), key(2, 0), key(5, 1), key(5, 2)};
  std::vector<int> numbers = {0, 1, 2, 3, 4};
  order_as_map(numbers, keys);
  EXPECT_EQ(numbers, std::vector<int>({2, 0, 1, 3, 4}));
  // Of fewer, others are alone in their place.
  numbers = {1, 2, 3, 4};
  order_as_map(numbers, keys);
  EXPECT_EQ(numbers, std::vector<int>({1, 2, 3, 4}));
}

TEST(MapOrder, EqualKeysKeepTheirOrder) {
  std::vector<int> numbers = {0, 1, 2};
  order_as_map(numbers, {key(4, 4), key(4, 4), key(4, 4)});
  EXPECT_EQ(numbers, std::vector<int>({0, 1, 2}));
}

// Recorded: of a key's lists of one length Maelstrom showed [3 4] before [1 2].
TEST(MapOrder, ListsLieByJavasHash) {
  const auto place = [](const std::vector<nlohmann::json>& list) { return map_key_of_list(list); };
  EXPECT_LT(place({1}), place({2}));
  EXPECT_LT(place({3, 4}), place({1, 2}));
  EXPECT_NE(place({"a"}), place({"b"}));
}

}  // namespace
}  // namespace hearsay::bench::elle
