// Several nodes under the default strategy, in virtual time: what a value costs, what happens when
// messages get lost, when the relay is gone, when a node lacks much.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "common/base/units.h"
#include "tests/worker/gossip/expect_all_read.h"
#include "tests/worker/support/gossip_cluster.h"
#include "worker/gossip/spread_tree.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kSilenceNs = 10 * kNsPerSecond;

GossipOptions relay(std::int64_t budget_ms = 390) {
  return {.strategy = "relay", .latency_budget_ms = budget_ms};
}

// `count` values from `first` on, one every `gap_ns`, at nodes in turn but for those of `spared`.
Json broadcast_many(GossipCluster& cluster, int first, int count, std::int64_t gap_ns,
                    const std::set<std::size_t>& spared = {}) {
  Json values = Json::array();
  for (int i = 0; i < count; ++i) {
    std::size_t node = static_cast<std::size_t>(i * 7 + first) % cluster.size();
    while (spared.contains(node)) node = (node + 1) % cluster.size();
    cluster.broadcast(node, first + i);
    values.push_back(first + i);
    cluster.run_for(gap_ns);
  }
  return values;
}

std::size_t longest(const std::vector<GossipCluster::Sent>& messages) {
  std::size_t bytes = 0;
  for (const auto& message : messages) bytes = std::max(bytes, message.body.dump().size());
  return bytes;
}

class RelaySizes : public ::testing::TestWithParam<std::size_t> {};

TEST_P(RelaySizes, EveryoneLearnsEverythingAndFallsSilent) {
  GossipCluster cluster(relay(), GetParam());
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));  // all have joined
  cluster.forget_sent();
  const Json values = broadcast_many(cluster, 100, 40, 30 * kNsPerMs);
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));
  expect_all_read(cluster, values);
  EXPECT_TRUE(cluster.sent("gossip-fill").empty());
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    EXPECT_TRUE(cluster.core(node).wakes.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Nodes, RelaySizes, ::testing::Values(1, 2, 3, 5, 25, 130));

TEST(RelayCluster, ValuesShareBatches) {
  GossipCluster cluster(relay(), 25);
  broadcast_many(cluster, 100, 100, 20 * kNsPerMs);
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));
  EXPECT_EQ(cluster.sent("gossip-tell").size(), 96U);  // n0, which is the relay, took 4 of 100
  // 2 s of batches at least 200 ms apart.
  EXPECT_LE(cluster.sent("gossip-spread").size(), 24 * 12U);
}

TEST(RelayCluster, IdleNodesSendNothing) {
  GossipCluster cluster(relay(), 10);
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));
  cluster.forget_sent();
  EXPECT_TRUE(cluster.run_until_silent(kSilenceNs));
  EXPECT_TRUE(cluster.sent().empty());
}

// The last thing said is that all agree: a report of each node to its parent.
TEST(RelayCluster, AgreementCostsAMessageANode) {
  GossipCluster cluster(relay(), 25);
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));
  cluster.forget_sent();
  cluster.broadcast(3, 1);
  ASSERT_TRUE(cluster.run_until_silent(3 * kNsPerSecond));
  EXPECT_EQ(cluster.sent().size(), 1 + 24 + 24U);
}

TEST(RelayCluster, ALastBatchThatGotLostIsFoundOut) {
  GossipCluster cluster(relay(), 10);
  cluster.lost = [](const auto& message) { return message.is("gossip-spread") && message.to == 4; };
  cluster.broadcast(2, "last");
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));
  expect_all_read(cluster, {"last"});
}

class Loss : public ::testing::TestWithParam<int> {};

TEST_P(Loss, OfEveryFifthMessageLosesNoValue) {
  for (const std::int64_t budget_ms : {90, 160, 390, 1000}) {
    GossipCluster cluster(relay(budget_ms), 12);
    std::mt19937 dice(static_cast<unsigned>(GetParam()));
    cluster.lost = [&](const auto&) { return dice() % 5 == 0; };
    const Json values = broadcast_many(cluster, 100, 60, 25 * kNsPerMs);
    cluster.run_for(2 * kNsPerSecond);
    cluster.lost = nullptr;
    ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond)) << budget_ms;
    expect_all_read(cluster, values);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Loss, ::testing::Range(1, 4));

// How many batches before it a batch repeats, on average.
double repeats(const GossipCluster& cluster) {
  const auto batches = cluster.sent("gossip-spread");
  double sum = 0;
  for (const auto& message : batches) sum += message.body.value("repeats", 0);
  return sum / static_cast<double>(batches.size());
}

TEST(RelayCluster, WhileMessagesGetLostBatchesRepeatMoreOfTheOnesBefore) {
  GossipCluster cluster(relay(), 12);
  broadcast_many(cluster, 100, 200, 40 * kNsPerMs);
  cluster.forget_sent();
  broadcast_many(cluster, 300, 100, 40 * kNsPerMs);
  EXPECT_EQ(repeats(cluster), 1);
  std::mt19937 dice(1);
  cluster.lost = [&](const auto& message) {
    return message.is("gossip-spread") && message.to == 4 && dice() % 2 == 0;
  };
  broadcast_many(cluster, 400, 200, 40 * kNsPerMs);
  cluster.forget_sent();
  broadcast_many(cluster, 600, 100, 40 * kNsPerMs);
  EXPECT_GT(repeats(cluster), 2);
  cluster.lost = nullptr;
  broadcast_many(cluster, 700, 400, 40 * kNsPerMs);
  cluster.forget_sent();
  broadcast_many(cluster, 1100, 100, 40 * kNsPerMs);
  EXPECT_EQ(repeats(cluster), 1);
}

// Half a period is longer than the way there and back: the answer to the second copy of an urgent
// tell comes before the value.
TEST(RelayCluster, WhatWasReallyLostMakesNobodyMorePatient) {
  GossipCluster cluster(relay(1000), 12);
  broadcast_many(cluster, 100, 100, 40 * kNsPerMs);
  cluster.lost = [](const auto& message) {
    return message.is("gossip-tell") && message.from == 5 && !message.body.contains("urgent");
  };
  const auto told_again_after_ns = [&](int value) {
    cluster.forget_sent();
    const std::int64_t told_ns = cluster.now_ns();
    cluster.broadcast(5, value);
    broadcast_many(cluster, value + 1, 80, 40 * kNsPerMs, {5});
    for (const auto& message : cluster.sent("gossip-tell")) {
      if (message.body.contains("urgent")) return message.at_ns - told_ns;
    }
    return cluster.now_ns() - told_ns;
  };
  const std::int64_t first_ns = told_again_after_ns(1'000);
  for (int i = 2; i < 16; ++i) {
    // A batch comes each second.
    EXPECT_LE(told_again_after_ns(1'000 * i), first_ns + kNsPerSecond) << i;
  }
}

// Two or three nodes have few counts a batch.
TEST(RelayCluster, AFewNodesMeasureTheLossToo) {
  for (const std::size_t nodes : {2U, 3U, 4U, 5U}) {
    GossipCluster cluster(relay(), nodes);
    int count = 0;
    cluster.lost = [&](const auto& message) {
      return message.is("gossip-spread") && ++count % 5 == 0;
    };
    broadcast_many(cluster, 100, 300, 40 * kNsPerMs);
    cluster.forget_sent();
    broadcast_many(cluster, 400, 100, 40 * kNsPerMs);
    std::uint64_t least = 1'000;
    for (const auto& message : cluster.sent("gossip-spread")) {
      least = std::min(least, message.body.value("loss", std::uint64_t{0}));
    }
    EXPECT_GE(least, 50U) << "of " << nodes << " nodes";
  }
}

TEST(RelayCluster, ADeadRelayIsReplacedWithinADeadline) {
  GossipCluster cluster(relay(), 10);
  cluster.run_for(kNsPerSecond);
  cluster.lost = [](const auto& message) { return message.from == 0 || message.to == 0; };
  cluster.broadcast(3, 1);
  cluster.run_for(kNsPerSecond);
  for (std::size_t node = 1; node < 10; ++node) EXPECT_EQ(cluster.read(node), Json({1})) << node;
  cluster.forget_sent();
  cluster.broadcast(7, 2);
  EXPECT_EQ(cluster.sent().at(0).to, 3U);
}

// Two halves, both with news; each goes on with a relay of its own, and afterwards there is one.
TEST(RelayCluster, HalvesGoOnAndAgreeAfterwards) {
  GossipCluster cluster(relay(), 10);
  Json values = broadcast_many(cluster, 100, 20, 30 * kNsPerMs);
  cluster.lost = [](const auto& message) { return message.from / 5 != message.to / 5; };
  const Json apart = broadcast_many(cluster, 200, 40, 50 * kNsPerMs);
  cluster.run_for(kNsPerSecond);
  for (std::size_t node = 0; node < 10; ++node) {
    const Json known = cluster.read(node);
    for (std::size_t i = 0; i < apart.size(); ++i) {
      const std::size_t at = (i * 7 + 200) % 10;
      const bool here = std::find(known.begin(), known.end(), apart[i]) != known.end();
      EXPECT_EQ(here, at / 5 == node / 5) << "node " << node << ", value " << apart[i];
    }
  }
  cluster.lost = nullptr;
  const Json together = broadcast_many(cluster, 300, 20, 30 * kNsPerMs);
  cluster.run_for(2 * kNsPerSecond);
  values.insert(values.end(), apart.begin(), apart.end());
  values.insert(values.end(), together.begin(), together.end());
  expect_all_read(cluster, values);
  std::set<std::uint64_t> epochs;
  cluster.forget_sent();
  broadcast_many(cluster, 400, 10, 10 * kNsPerMs);
  for (const auto& message : cluster.sent("gossip-tell"))
    epochs.insert(message.body["epoch"].get<std::uint64_t>());
  EXPECT_EQ(epochs.size(), 1U);
  EXPECT_TRUE(cluster.run_until_silent(kSilenceNs));
}

// A partition and its end in a quiet cluster: nobody speaks, so nobody has to be told anything.
TEST(RelayCluster, APartitionWithoutNewsCostsNothing) {
  GossipCluster cluster(relay(), 10);
  broadcast_many(cluster, 100, 5, 30 * kNsPerMs);
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));
  cluster.forget_sent();
  cluster.lost = [](const auto& message) { return message.from / 5 != message.to / 5; };
  EXPECT_TRUE(cluster.run_until_silent(kSilenceNs));
  EXPECT_TRUE(cluster.sent().empty());
}

// n3 was cut off while 5,000 values came.
TEST(RelayCluster, ManyMissingValuesComeInPieces) {
  constexpr int kValues = 5'000;
  GossipCluster cluster(relay(), 5);
  cluster.lost = [](const auto& message) { return message.from == 3 || message.to == 3; };
  Json values = Json::array();
  for (int i = 0; i < kValues; ++i) {
    values.push_back("a value of some length, number " + std::to_string(10'000 + i));
    cluster.broadcast(static_cast<std::size_t>(i % 3), values.back());
    if (i % 25 == 0) cluster.run_for(10 * kNsPerMs);
  }
  cluster.run_for(2 * kNsPerSecond);
  cluster.lost = nullptr;
  cluster.forget_sent();
  ASSERT_TRUE(cluster.run_until_silent(30 * kNsPerSecond));
  expect_all_read(cluster, values);
  const auto fills = cluster.sent("gossip-fill");
  EXPECT_GE(fills.size(), 5U);
  EXPECT_LE(fills.size(), 40U);
  EXPECT_LE(longest(cluster.sent()), 50'000U);
}

TEST(RelayCluster, ANodeThatLostEverythingIsToldEverything) {
  GossipCluster cluster(relay(), 6);
  const Json values = broadcast_many(cluster, 100, 50, 20 * kNsPerMs);
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));
  for (const std::size_t node : {3U, 0U}) {
    cluster.lose_everything(node);
    cluster.run_for(kNsPerSecond);
    EXPECT_EQ(cluster.read(node), values);
  }
  // n0, the relay, counts its batches from 1 again: nobody takes them for old ones.
  cluster.broadcast(1, 500);
  cluster.run_for(kNsPerSecond);
  for (std::size_t node = 0; node < 6; ++node) EXPECT_EQ(cluster.read(node).back(), 500) << node;
  EXPECT_TRUE(cluster.run_until_silent(kSilenceNs));
}

TEST(RelayCluster, ARelayThatIsLostWithWhatItOwesLosesNothing) {
  GossipCluster cluster(relay(), 6);
  broadcast_many(cluster, 100, 10, 20 * kNsPerMs);
  cluster.broadcast(3, 900);
  cluster.run_for(kHopNs + kNsPerMs);  // n0 has it and owes it
  cluster.lose_everything(0);
  ASSERT_TRUE(cluster.run_until_silent(kSilenceNs));
  for (std::size_t node = 0; node < 6; ++node) EXPECT_EQ(cluster.read(node).back(), 900) << node;
}

TEST(RelayCluster, MessagesThatComeTwiceChangeNothing) {
  constexpr std::size_t kNodes = gossip::kWidestStar + 12;  // a tree of two levels
  GossipCluster cluster(relay(), kNodes);
  GossipCluster twice(relay(), kNodes);
  broadcast_many(cluster, 100, 10, 50 * kNsPerMs);
  twice.copies = 2;
  const Json values = broadcast_many(twice, 100, 10, 50 * kNsPerMs);
  cluster.run_for(kNsPerSecond / 2);
  twice.run_for(kNsPerSecond / 2);
  expect_all_read(twice, values);
  EXPECT_EQ(twice.sent("gossip-spread").size(), cluster.sent("gossip-spread").size());
  EXPECT_EQ(twice.sent("gossip-tell").size(), cluster.sent("gossip-tell").size());
}

// The root of a batch sends to a few of many nodes; an inner node that is dead costs its branch one
// batch, which is pulled.
TEST(RelayCluster, ADeadInnerNodeIsBypassed) {
  constexpr std::size_t kNodes = gossip::kWidestStar + 12;
  GossipCluster cluster(relay(600), kNodes);
  const Json values = broadcast_many(cluster, 100, 10, 50 * kNsPerMs);
  cluster.run_for(kNsPerSecond);
  std::map<std::size_t, int> inner;
  for (const auto& message : cluster.sent("gossip-spread")) {
    if (message.from != 0) ++inner[message.from];
  }
  ASSERT_FALSE(inner.empty());
  const std::size_t dead = inner.begin()->first;
  cluster.lost = [&](const auto& message) { return message.from == dead || message.to == dead; };
  const Json more = broadcast_many(cluster, 200, 20, 50 * kNsPerMs, {dead});
  cluster.run_for(3 * kNsPerSecond);
  for (std::size_t node = 0; node < kNodes; ++node) {
    if (node == dead) continue;
    EXPECT_EQ(cluster.read(node).size(), values.size() + more.size()) << node;
  }
}

// Of two batches that go out soon after each other the second may have a step less to go to a node.
TEST(RelayCluster, NobodyAsksForWhatHasOnlyMoreStepsToGo) {
  constexpr std::size_t kNodes = gossip::kWidestStar + 12;
  GossipCluster cluster(relay(260), kNodes);
  cluster.run_for(2 * kNsPerSecond);  // all have measured a hop
  cluster.forget_sent();
  const Json values = broadcast_many(cluster, 100, 60, 50 * kNsPerMs);
  for (const auto& message : cluster.sent("gossip-have")) {
    EXPECT_FALSE(message.body.contains("missed")) << message.from << " " << message.body;
  }
  cluster.run_for(kNsPerSecond);
  expect_all_read(cluster, values);
}

// Of the version vector only a page goes into a message; what lacks in any of them is filled.
TEST(RelayCluster, ManySourcesAreComparedInPages) {
  constexpr std::size_t kNodes = 1'200;
  GossipCluster cluster(relay(), 2, kNodes - 2);
  Json runs = Json::array();
  for (std::size_t node = 2; node < kNodes; ++node) {
    const std::string text(60, static_cast<char>('a' + node % 26));
    const Json values = {text + std::to_string(2 * node), text + std::to_string(2 * node + 1)};
    runs.push_back(Json::array({node, 70, 1, values}));
  }
  // It answers a question of 200 ms ago: so n0 knows how long a hop takes.
  const std::int64_t asked_us = (cluster.now_ns() - 2 * kHopNs) / kNsPerUs;
  cluster.hear(0, 5, {{"type", "gossip-fill"}, {"epoch", 0}, {"echo", asked_us}, {"runs", runs}});
  cluster.run_for(2 * kNsPerSecond);
  cluster.forget_sent();
  cluster.hear(0, 1,
               {{"type", "gossip-have"},
                {"epoch", 0},
                {"ranks", {0, kNodes - 1}},
                {"vector", Json::array()}});
  cluster.run_for(6 * kNsPerSecond);
  EXPECT_EQ(cluster.read(1), cluster.read(0));
  EXPECT_EQ(cluster.read(1).size(), 2 * (kNodes - 2));
  for (const auto& message : cluster.sent("gossip-have")) {
    if (!message.body.contains("vector")) continue;
    EXPECT_LE(message.body["vector"].size(), 600U);
  }
}

}  // namespace
}  // namespace hearsay::test
