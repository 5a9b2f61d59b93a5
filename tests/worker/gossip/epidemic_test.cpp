#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "common/base/units.h"
#include "tests/worker/gossip/expect_all_read.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kBudgetMs = 400;
constexpr std::int64_t kCycleNs = kBudgetMs * kNsPerMs;  // a little less, in fact

GossipOptions epidemic() {
  return {.strategy = "epidemic", .latency_budget_ms = kBudgetMs};
}

// Whoever takes the value, in whichever era, along however many dimensions.
TEST(Epidemic, EveryoneIsSentAValueOnce) {
  for (const std::size_t nodes : {2U, 3U, 4U, 5U, 8U, 9U, 17U, 25U, 26U, 27U, 28U, 60U}) {
    for (const std::int64_t budget_ms : {100, 250, 400, 1000}) {
      GossipCluster cluster({.strategy = "epidemic", .latency_budget_ms = budget_ms}, nodes);
      cluster.run_for(static_cast<std::int64_t>(nodes) * kNsPerSecond);
      cluster.forget_sent();
      cluster.broadcast(nodes / 3, 1);
      cluster.run_for(2 * budget_ms * kNsPerMs + 2 * kHopNs);
      expect_all_read(cluster, {1});
      EXPECT_EQ(cluster.sent("gossip-spread").size(), nodes - 1) << budget_ms;
      EXPECT_EQ(cluster.sent("gossip-fill").size(), 0U) << budget_ms;
    }
  }
}

TEST(Epidemic, PeersAreOthersInAnotherEra) {
  std::set<std::set<std::size_t>> peers;
  GossipCluster cluster(epidemic(), 25);
  for (int i = 0; i < 10; ++i) {
    cluster.forget_sent();
    cluster.broadcast(7, i);
    cluster.run_for(20 * kCycleNs);
    std::set<std::size_t> told;
    for (const auto& message : cluster.sent("gossip-spread")) {
      if (message.from == 7) told.insert(message.to);
    }
    peers.insert(told);
  }
  EXPECT_GT(peers.size(), 5U);
}

// Also where the later one is heard of only.
TEST(Epidemic, AllAreInTheLatestEra) {
  GossipCluster cluster(epidemic(), 10);
  cluster.run_for(kNsPerSecond);
  cluster.hear(3, 4,
               {{"type", "gossip-spread"}, {"era", 900}, {"into", 0}, {"parts", Json::array()}});
  cluster.broadcast(3, 1);
  cluster.run_for(3 * kCycleNs);
  cluster.broadcast(5, 2);
  cluster.run_for(3 * kCycleNs);
  for (const auto& message : cluster.sent("gossip-spread")) EXPECT_EQ(message.body["era"], 900);
  expect_all_read(cluster, {1, 2});
}

TEST(Epidemic, TheLoadIsShared) {
  constexpr std::size_t kNodes = 25;
  GossipCluster cluster(epidemic(), kNodes);
  for (int i = 0; i < 200; ++i) {
    cluster.broadcast(static_cast<std::size_t>(i * 7) % kNodes, i);
    cluster.run_for(20 * kNsPerMs);
  }
  std::map<std::size_t, int> messages;
  for (const auto& message : cluster.sent("gossip-spread")) ++messages[message.from];
  ASSERT_EQ(messages.size(), kNodes);
  const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto [least, most] = std::minmax_element(messages.begin(), messages.end(), less);
  EXPECT_LT(most->second, 2 * least->second);
}

TEST(Epidemic, ValuesOfACycleTravelTogether) {
  GossipCluster cluster(epidemic(), 10);
  for (int i = 0; i < 50; ++i) cluster.broadcast(4, i);
  cluster.run_for(5 * kCycleNs);
  EXPECT_LE(cluster.sent("gossip-spread").size(), 20U);
}

TEST(Epidemic, FallsSilent) {
  GossipCluster cluster(epidemic(), 10);
  cluster.broadcast(1, 1);
  cluster.broadcast(2, 2);
  ASSERT_TRUE(cluster.run_until_silent(10 * kNsPerSecond));
  expect_all_read(cluster, {1, 2});
  cluster.forget_sent();
  cluster.run_for(60 * kNsPerSecond);
  EXPECT_TRUE(cluster.sent().empty());
}

// A node in a cluster of which the test plays the rest.
class EpidemicNode : public ::testing::Test {
 protected:
  EpidemicNode() { core_.initialise({"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"}); }

  static Json spread(std::uint32_t left, const char* runs) {
    return {{"src", "n1"},
            {"dest", "n0"},
            {"body",
             {{"type", "gossip-spread"},
              {"era", 1},
              {"into", 0},
              {"parts", Json::array({Json::array({left, Json::parse(runs)})})}}}};
  }
  // How many messages come of it within a cycle.
  std::size_t sent_after(const Json& message) {
    const std::int64_t end_ns = core_.now_ns + kCycleNs;
    core_.send(message);
    std::size_t count = 0;
    std::vector<Json> lines;
    while (!core_.wakes.empty() && core_.now_ns < end_ns && core_.fire_next_timer(lines)) {
      for (const Json& line : lines) count += line["body"]["type"] == "gossip-spread";
    }
    return count;
  }

  CoreHarness core_{epidemic()};
};

// The lattice of 8 nodes has three dimensions, two nodes in each.
TEST_F(EpidemicNode, SendsAlongADimensionOnce) {
  const Json message = spread(7, "[[1,60,1,[5]]]");
  EXPECT_GT(sent_after(message), 0U);
  EXPECT_EQ(sent_after(message), 0U);
}

TEST_F(EpidemicNode, SendsNothingOnThatHasNothingLeft) {
  EXPECT_EQ(sent_after(spread(0, "[[0,60,1,[5]]]")), 0U);
}

// What is known already was perhaps not meant to be sent on before.
TEST_F(EpidemicNode, WhatWasRepeatedFirstIsSentOnWhenItsTurnComes) {
  EXPECT_EQ(sent_after(spread(0, "[[1,60,1,[5]]]")), 0U);
  EXPECT_GT(sent_after(spread(7, "[[1,60,1,[5]]]")), 0U);
}

TEST_F(EpidemicNode, RepeatsWhatItHasLearnedButNotEverything) {
  Json many = Json::array();
  for (int i = 1; i <= 500; ++i) many.push_back(i);
  core_.send(spread(0, Json::array({Json::array({2, 60, 1, many})}).dump().c_str()));
  core_.ask({{"type", "broadcast"}, {"message", "own"}});
  std::vector<Json> lines;
  while (lines.empty()) ASSERT_TRUE(core_.fire_next_timer(lines));
  const std::string text = lines[0].dump();
  EXPECT_NE(text.find("own"), std::string::npos);
  EXPECT_NE(text.find("500"), std::string::npos);
  EXPECT_LT(text.size(), 1'000U);
}

// Lost on one way, here: all that one node sends.
TEST(Epidemic, WhatIsLostComesAnotherWay) {
  GossipCluster cluster(epidemic(), 25);
  cluster.run_for(kNsPerSecond);
  cluster.forget_sent();
  cluster.lost = [](const auto& message) { return message.from == 11; };
  constexpr int kValues = 100;
  for (int i = 0; i < kValues + 3 * kCycleNs / (20 * kNsPerMs); ++i) {
    if (i % 25 != 11) cluster.broadcast(static_cast<std::size_t>(i % 25), i);
    cluster.run_for(20 * kNsPerMs);
  }
  EXPECT_EQ(cluster.sent("gossip-have").size(), 0U);  // without being asked for
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    const Json read = cluster.read(node);
    for (int i = 0; i < kValues; ++i) {
      EXPECT_TRUE(i % 25 == 11 || std::count(read.begin(), read.end(), i) == 1)
          << "node " << node << " lacks " << i;
    }
  }
}

// What is missing: of the origin, if it answers.
TEST_F(EpidemicNode, AsksForWhatIsMissingBeforeAValue) {
  const auto asked = [&] {
    std::vector<Json> lines;
    const std::int64_t end_ns = core_.now_ns + 4 * kCycleNs;
    while (!core_.wakes.empty() && core_.now_ns < end_ns && core_.fire_next_timer(lines)) {
      for (const Json& line : lines) {
        if (line["body"].contains("vector")) return line["dest"].get<std::string>();
      }
    }
    return std::string();
  };
  core_.send(spread(0, "[[4,60,2,[5]]]"));
  EXPECT_EQ(asked(), "n4");
  core_.send(spread(0, "[[4,60,4,[6]]]"));
  EXPECT_EQ(asked(), "n1");
  core_.send(spread(0, "[[0,60,4,[7]]]"));
  EXPECT_EQ(asked(), "n1");
}

// A node that was paused: its alarm rings late.
TEST_F(EpidemicNode, CatchesUpWithTicksThatItSlept) {
  core_.ask({{"type", "broadcast"}, {"message", "own"}});
  core_.now_ns += 10 * kCycleNs;
  std::vector<Json> lines;
  ASSERT_TRUE(core_.fire_next_timer(lines));
  EXPECT_EQ(lines.size(), 3U);
}

TEST_F(EpidemicNode, WhatItIsToSendItsNextWorkerSends) {
  for (const bool compacted : {false, true}) {
    core_.ask({{"type", "broadcast"}, {"message", compacted}});
    if (compacted) core_.compact();
    core_.restart();
    core_.wakes.clear();
    std::vector<Json> lines = core_.worker_started(2);
    std::size_t sent = 0;
    const std::int64_t end_ns = core_.now_ns + 2 * kCycleNs;
    do {
      for (const Json& line : lines) sent += line["body"]["type"] == "gossip-spread" ? 1U : 0U;
    } while (core_.now_ns < end_ns && core_.fire_next_timer(lines));
    EXPECT_EQ(sent, 3U) << compacted;
  }
}

// Nothing is sent any more when the halves meet again.
TEST(Epidemic, HalvesAgreeSoonAlsoWhenNothingIsNew) {
  GossipCluster cluster(epidemic(), 10);
  cluster.lost = [](const auto& message) { return message.from / 5 != message.to / 5; };
  cluster.broadcast(2, 1);
  cluster.broadcast(7, 2);
  cluster.run_for(600 * kNsPerMs);
  cluster.lost = nullptr;
  cluster.run_for(1'500 * kNsPerMs);
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    EXPECT_EQ(cluster.read(node).size(), 2U) << node;
  }
}

class EpidemicLoss : public ::testing::TestWithParam<int> {};

TEST_P(EpidemicLoss, OfEveryFifthMessageLosesNoValue) {
  GossipCluster cluster(epidemic(), 12);
  std::mt19937 dice(static_cast<unsigned>(GetParam()));
  cluster.lost = [&](const auto&) { return dice() % 5 == 0; };
  Json values = Json::array();
  for (int i = 100; i < 160; ++i) {
    cluster.broadcast(dice() % 12, i);
    values.push_back(i);
    cluster.run_for(25 * kNsPerMs);
  }
  cluster.lost = nullptr;
  ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
  expect_all_read(cluster, values);
}

INSTANTIATE_TEST_SUITE_P(Seeds, EpidemicLoss, ::testing::Range(1, 4));

TEST(Epidemic, HalvesGoOnAndAgreeAfterwards) {
  GossipCluster cluster(epidemic(), 10);
  cluster.lost = [](const auto& message) { return message.from / 5 != message.to / 5; };
  Json values = Json::array();
  for (int i = 100; i < 140; ++i) {
    cluster.broadcast(static_cast<std::size_t>(i) % 10, i);
    values.push_back(i);
    cluster.run_for(50 * kNsPerMs);
  }
  cluster.run_for(2 * kNsPerSecond);
  EXPECT_EQ(cluster.read(2).size(), 20U);
  cluster.lost = nullptr;
  cluster.run_for(3 * kNsPerSecond);
  expect_all_read(cluster, values);
}

}  // namespace
}  // namespace hearsay::test
