#include "worker/gossip/circle.h"

#include <gtest/gtest.h>

#include <set>

namespace hearsay::gossip {
namespace {

TEST(Circle, EveryNodeIsSomeStepsOn) {
  for (const std::uint32_t nodes : {1U, 2U, 3U, 12U, 25U, 97U, 128U}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Circle circle(nodes, seed, 7);
      std::set<std::uint32_t> reached;
      for (std::uint32_t steps = 0; steps < nodes; ++steps) {
        const std::uint32_t node = circle.node_after(nodes / 2, steps);
        reached.insert(node);
        EXPECT_EQ(circle.steps(nodes / 2, node), steps);
      }
      EXPECT_EQ(reached.size(), nodes);
    }
  }
}

TEST(Circle, GoesOnAfterARound) {
  const Circle circle(10, 3, 4);
  EXPECT_EQ(circle.node_after(6, 23), circle.node_after(6, 3));
}

TEST(Circle, IsDrawnByBothNumbers) {
  std::set<std::uint32_t> by_seed;
  std::set<std::uint32_t> by_salt;
  for (std::uint64_t i = 0; i < 50; ++i) {
    by_seed.insert(Circle(101, i, 0).node_after(0, 1));
    by_salt.insert(Circle(101, 0, i).node_after(0, 1));
    EXPECT_EQ(Circle(101, i, 5).node_after(0, 1), Circle(101, i, 5).node_after(0, 1));
  }
  EXPECT_GT(by_seed.size(), 20U);
  EXPECT_GT(by_salt.size(), 20U);
}

}  // namespace
}  // namespace hearsay::gossip
