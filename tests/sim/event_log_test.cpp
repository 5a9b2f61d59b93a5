#include "tools/sim/event_log.h"

#include <gtest/gtest.h>

namespace hearsay::sim {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(EventLog, KeepsTheLastEvents) {
  EventLog log(3, 2, "");
  log.event(1'000'000, 0, '!', "one");
  log.event(2'000'000, 1, '!', "two");
  log.event(3'000'000, 2, '!', "three");
  const std::string grid = log.grid(1'000'000);
  EXPECT_FALSE(contains(grid, "one"));
  EXPECT_TRUE(contains(grid, "1 earlier events"));
  EXPECT_TRUE(contains(grid, "1.000  .  !  .   two")) << grid;
}

TEST(EventLog, WithAFocusItBeginsThereAndLeavesOtherMessagesOut) {
  EventLog log(2, 10, "17");
  log.event(1, 0, '!', "before");
  log.message(2, 0, '<', "c1", "n0", R"({"message":17})");
  log.message(3, 0, '>', "n0", "n1", R"({"messages":[1,17,3]})");
  log.message(4, 0, '>', "n0", "n1", R"({"messages":[117,170,1.17]})");
  log.event(5, 1, '!', "after");
  const std::string grid = log.grid(0);
  EXPECT_FALSE(contains(grid, "before"));
  EXPECT_TRUE(contains(grid, "[1,17,3]"));
  EXPECT_FALSE(contains(grid, "170"));
  EXPECT_TRUE(contains(grid, "after"));
}

TEST(EventLog, ShowsTheStatesOfAllNodes) {
  EventLog log(3, 10, "");
  log.set_state(2, NodeState::paused);
  log.event(0, 0, '!', "x");
  EXPECT_TRUE(contains(log.grid(0), "!  .  Z"));
}

}  // namespace
}  // namespace hearsay::sim
