#include "worker/gossip/position_list.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace hearsay::gossip {
namespace {

PositionList list_of(std::uint32_t count) {
  PositionList list;
  for (std::uint32_t i = 0; i < count; ++i) list.push_back(7 * i + 1);
  return list;
}

// Through every doubling, the first one out of the object itself among them.
TEST(PositionList, KeepsWhatWasPutIn) {
  for (std::uint32_t count = 0; count < 70; ++count) {
    const PositionList list = list_of(count);
    ASSERT_EQ(list.size(), count);
    for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(list[i], 7 * i + 1) << i << " of " << count;
  }
}

TEST(PositionList, MovesWithWhatIsInIt) {
  for (const std::uint32_t count : {0U, 2U, 3U, 9U}) {
    PositionList list = list_of(count);
    PositionList moved(std::move(list));
    EXPECT_EQ(moved.size(), count);
    PositionList assigned = list_of(5);
    assigned = std::move(moved);
    assigned.push_back(3);
    ASSERT_EQ(assigned.size(), count + 1);
    for (std::uint32_t i = 0; i < count; ++i) EXPECT_EQ(assigned[i], 7 * i + 1);
    EXPECT_EQ(assigned[count], 3U);
  }
}

TEST(PositionList, ManyMoveTogether) {
  std::vector<PositionList> lists;
  for (std::uint32_t count = 0; count < 100; ++count) lists.push_back(list_of(count));
  for (std::uint32_t count = 1; count < 100; ++count) {
    ASSERT_EQ(lists[count].size(), count);
    ASSERT_EQ(lists[count][count - 1], 7 * (count - 1) + 1);
  }
}

}  // namespace
}  // namespace hearsay::gossip
