// Workers that die more often than they would wait: what a node waits for must not begin anew with
// each of its workers, or it is never done.
#include <gtest/gtest.h>

#include <algorithm>

#include "common/base/units.h"
#include "tests/worker/gossip/identified_strategies.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

class ShortLives : public ::testing::TestWithParam<GossipOptions> {
 protected:
  static constexpr std::size_t kNodes = 5;

  void restart_often(std::size_t node, std::int64_t duration_ns) {
    const std::int64_t end_ns = cluster_.now_ns() + duration_ns;
    while (cluster_.now_ns() < end_ns) {
      cluster_.run_for(50 * kNsPerMs);
      cluster_.restart(node);
    }
  }

  GossipCluster cluster_{GetParam(), kNodes};
};

// Everybody else falls silent after one report each, and the one of node 3 got lost.
TEST_P(ShortLives, ANodeThatOthersMustAskIsAsked) {
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  cluster_.lost = [](const auto& message) { return message.to == 3 || message.from == 3; };
  cluster_.broadcast(0, 1);
  cluster_.run_for(1200 * kNsPerMs);
  cluster_.lost = nullptr;
  restart_often(0, 5 * kNsPerSecond);
  EXPECT_EQ(cluster_.read(3).size(), 1U);
}

// It asks as it joins, nobody hears it, and its worker dies.
TEST_P(ShortLives, ANodeThatHasLostEverythingAsksInItsNextLifeToo) {
  cluster_.broadcast(0, 1);
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  cluster_.lost = [](const auto&) { return true; };
  cluster_.lose_everything(2);
  cluster_.run_for(100 * kNsPerMs);
  cluster_.lost = nullptr;
  cluster_.restart(2);
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  EXPECT_EQ(cluster_.read(2).size(), 1U);
}

// A relay that nobody hears agrees with nobody, though it had nothing to ask as a leaf.
TEST(ShortLivesOfARelay, WhatItAgreedOnInAnotherEpochIsForgotten) {
  GossipCluster cluster({.strategy = "relay"}, 5);
  ASSERT_TRUE(cluster.run_until_silent(20 * kNsPerSecond));
  cluster.lost = [](const auto& message) { return message.from == 3; };
  cluster.broadcast(3, 1);
  // It has no time to take over, but falls silent: it is a leaf.
  for (int i = 0; i < 30; ++i) {
    cluster.run_for(100 * kNsPerMs);
    cluster.restart(3);
  }
  const auto took_over = [&] {
    const auto batches = cluster.sent("gossip-spread");
    return std::any_of(batches.begin(), batches.end(),
                       [](const auto& message) { return message.from == 3; });
  };
  for (int i = 0; i < 100 && !took_over(); ++i) cluster.run_for(100 * kNsPerMs);
  ASSERT_TRUE(took_over());
  cluster.restart(3);
  cluster.lost = nullptr;
  ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
  for (std::size_t node = 0; node < 5; ++node) EXPECT_EQ(cluster.read(node).size(), 1U) << node;
}

INSTANTIATE_TEST_SUITE_P(Strategies, ShortLives, identified_strategies(), name_of_strategy);

}  // namespace
}  // namespace hearsay::test
