// Nodes whose state has gone back in time (a power cut, files brought back from a copy), and which
// go on from it under another incarnation: what others know comes back, what is new is new to all.
#include <gtest/gtest.h>

#include <random>

#include "common/base/units.h"
#include "tests/worker/gossip/identified_strategies.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

class GoneBack : public ::testing::TestWithParam<GossipOptions> {
 protected:
  static constexpr std::size_t kNodes = 5;

  void broadcast_at(std::size_t node) { cluster_.broadcast(node, static_cast<int>(values_++)); }
  void broadcast_some(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      broadcast_at(i % kNodes);
      cluster_.run_for(40 * kNsPerMs);
    }
  }
  void expect_all_read_all() {
    ASSERT_TRUE(cluster_.run_until_silent(30 * kNsPerSecond));
    for (std::size_t node = 0; node < kNodes; ++node) {
      EXPECT_EQ(cluster_.read(node).size(), values_) << "node " << node;
    }
  }

  GossipCluster cluster_{GetParam(), kNodes};
  std::size_t values_ = 0;
};

TEST_P(GoneBack, WhatOthersKnowComesBackWhileAllIsQuiet) {
  for (std::size_t node = 0; node < kNodes; ++node) {
    broadcast_some(5);
    ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
    const auto then = cluster_.core(node).state();
    broadcast_some(5);
    ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
    cluster_.go_back(node, then);
    expect_all_read_all();
  }
}

// The node would give the numbers again that others know already.
TEST_P(GoneBack, WhatItTakesAfterwardsIsNewToAll) {
  for (std::size_t node = 0; node < kNodes; ++node) {
    broadcast_at(node);
    ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
    const auto then = cluster_.core(node).state();
    for (int i = 0; i < 3; ++i) broadcast_at(node);
    ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
    cluster_.go_back(node, then);
    for (int i = 0; i < 3; ++i) broadcast_at(node);
    expect_all_read_all();
  }
}

// All lose power at once: each goes back to another moment, what went to others is there.
TEST_P(GoneBack, AllAtOnce) {
  broadcast_some(10);
  cluster_.run_for(2 * kNsPerSecond);
  std::vector<CoreHarness::State> then;
  for (std::size_t node = 0; node < kNodes; ++node) {
    then.push_back(cluster_.core(node).state());
    broadcast_at((node + 3) % kNodes);
    cluster_.run_for(2 * kNsPerSecond);
  }
  const std::size_t last = kNodes - 1;
  for (std::size_t node = 0; node < last; ++node) cluster_.go_back(node, then[node]);
  broadcast_some(5);
  expect_all_read_all();
}

// At any moment, in any state of what is told, owed and under way; what one node alone knew when it
// went back is lost, and nothing else.
TEST_P(GoneBack, AtAnyMomentAllAgree) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 30; ++round) {
    GossipCluster cluster(GetParam(), kNodes);
    std::vector<std::vector<CoreHarness::State>> states(kNodes);
    int value = 0;
    const auto go_on = [&](int steps) {
      for (int i = 0; i < steps; ++i) {
        cluster.broadcast(random() % kNodes, value++);
        cluster.run_for(static_cast<std::int64_t>(random() % 300) * kNsPerMs);
        for (std::size_t node = 0; node < kNodes; ++node) {
          states[node].push_back(cluster.core(node).state());
        }
      }
    };
    go_on(15);
    for (int times = 0; times < 3; ++times) {
      const std::size_t node = random() % kNodes;
      const std::size_t lost = random() % std::min<std::size_t>(8, states[node].size());
      cluster.go_back(node, states[node][states[node].size() - 1 - lost]);
      states[node].clear();
      go_on(5);
    }
    ASSERT_TRUE(cluster.run_until_silent(40 * kNsPerSecond)) << round;
    const Json values = cluster.read(0);
    EXPECT_GT(values.size(), 20U);
    for (std::size_t node = 1; node < kNodes; ++node) {
      EXPECT_EQ(cluster.read(node), values) << "round " << round << ", node " << node;
    }
  }
}

// Else it would tell it again and again, and take the relay for dead in the end.
TEST_P(GoneBack, WhatItToldBeforeComesBackToIt) {
  broadcast_some(5);
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  broadcast_at(1);
  cluster_.go_back(1, cluster_.core(1).state());
  expect_all_read_all();
  for (const auto& message : cluster_.sent()) EXPECT_EQ(message.body.value("epoch", 0), 0);
}

// They would ask for those before the first.
TEST_P(GoneBack, NobodyMissesBatchesOfAnEarlierIncarnation) {
  for (const bool dies : {false, true}) {
    for (int i = 0; i < 3; ++i) {
      broadcast_at(0);
      ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
    }
    cluster_.go_back(0, cluster_.core(0).state());
    if (dies) cluster_.restart(0);
    ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
    cluster_.forget_sent();
    broadcast_at(0);
    expect_all_read_all();
    for (const auto& message : cluster_.sent("gossip-have")) {
      EXPECT_FALSE(message.body.contains("missed")) << message.body;
    }
  }
}

// Whenever the journal is compacted, and whenever workers die.
TEST_P(GoneBack, OnceInItsJournal) {
  for (const bool before : {false, true}) {
    for (const bool after : {false, true}) {
      broadcast_some(10);
      ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
      if (before) cluster_.core(1).compact();
      const auto then = cluster_.core(1).state();
      broadcast_some(10);
      ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
      cluster_.go_back(1, then);
      if (after) cluster_.core(1).compact();
      cluster_.restart(1);
      expect_all_read_all();
      cluster_.forget_sent();
      cluster_.restart(1);
      ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
      EXPECT_TRUE(cluster_.sent().empty()) << "it has met them";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Strategies, GoneBack, identified_strategies(), name_of_strategy);

}  // namespace
}  // namespace hearsay::test
