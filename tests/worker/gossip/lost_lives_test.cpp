// Nodes that start again from nothing: whatever is left of what they knew, all agree on it in the
// end, and fall silent.
#include <gtest/gtest.h>

#include "common/base/units.h"
#include "tests/worker/gossip/identified_strategies.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

class LostLives : public ::testing::TestWithParam<GossipOptions> {
 protected:
  static constexpr std::size_t kNodes = 5;

  void expect_all_read(std::size_t values) {
    for (std::size_t node = 0; node < kNodes; ++node) {
      EXPECT_EQ(cluster_.read(node).size(), values) << "node " << node;
    }
  }
  void broadcast_some() {
    for (int i = 0; i < 20; ++i) {
      cluster_.broadcast(static_cast<std::size_t>(i) % kNodes, i);
      cluster_.run_for(40 * kNsPerMs);
    }
  }

  GossipCluster cluster_{GetParam(), kNodes};
};

TEST_P(LostLives, SeveralAtOnceWhileAllIsQuiet) {
  broadcast_some();
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  for (const std::size_t node : {0U, 3U, 4U}) cluster_.lose_everything(node);
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  expect_all_read(20);
}

TEST_P(LostLives, OneThatNobodyHearsForAWhile) {
  for (const std::size_t lost : {0U, 2U}) {
    broadcast_some();
    ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
    cluster_.lost = [&](const auto& message) { return message.from == lost || message.to == lost; };
    cluster_.lose_everything(lost);
    cluster_.run_for(5 * kNsPerSecond);
    cluster_.lost = nullptr;
    ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
    expect_all_read(20);
  }
}

// Of two values only the second one was heard, by one node, and both are gone at their origin.
TEST_P(LostLives, AValueBehindAGapThatNobodyCanClose) {
  cluster_.run_for(kNsPerSecond);
  cluster_.lost = [](const auto& message) { return message.from == 1; };
  cluster_.broadcast(1, 1);
  cluster_.run_for(kNsPerSecond / 2);
  cluster_.lost = [](const auto& message) { return message.to != 3 && message.to != 0; };
  cluster_.broadcast(1, 2);
  cluster_.run_for(kNsPerSecond / 2);
  cluster_.lost = nullptr;
  cluster_.lose_everything(1);
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  const Json values = cluster_.read(0);
  EXPECT_FALSE(values.empty());
  for (std::size_t node = 1; node < kNodes; ++node) EXPECT_EQ(cluster_.read(node), values) << node;
}

TEST_P(LostLives, AFreshClusterFallsSilent) {
  ASSERT_TRUE(cluster_.run_until_silent(3 * kNsPerSecond));
}

INSTANTIATE_TEST_SUITE_P(Strategies, LostLives, identified_strategies(), name_of_strategy);

}  // namespace
}  // namespace hearsay::test
