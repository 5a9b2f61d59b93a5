#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "common/base/clock.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kBudgetMs = 400;
constexpr std::int64_t kRoundNs = kBudgetMs * kNsPerMs;  // a little less, in fact

GossipOptions epidemic() {
  return {.strategy = "epidemic", .latency_budget_ms = kBudgetMs};
}

void expect_all_read(GossipCluster& cluster, const Json& values) {
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    EXPECT_EQ(cluster.read(node), values) << "node " << node << " of " << cluster.size();
  }
}

// Whoever takes the value, and whatever the round's stride.
TEST(Epidemic, ThreeStepsReachEveryone) {
  for (std::size_t nodes = 2; nodes <= 60; ++nodes) {
    GossipCluster cluster(epidemic(), nodes);
    cluster.run_for(static_cast<std::int64_t>(nodes) * kRoundNs);
    cluster.broadcast(nodes / 3, 1);
    cluster.run_for(kRoundNs);  // until the next round begins at the latest
    cluster.run_for(3 * kRoundNs);
    expect_all_read(cluster, {1});
    EXPECT_TRUE(cluster.sent("gossip-fill").empty()) << nodes;
    for (const auto& message : cluster.sent("gossip-spread")) {
      EXPECT_LE(message.body["step"], 3);
    }
  }
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

TEST(Epidemic, ValuesOfARoundTravelTogether) {
  GossipCluster cluster(epidemic(), 10);
  for (int i = 0; i < 50; ++i) cluster.broadcast(4, i);
  cluster.run_for(5 * kRoundNs);
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

TEST(Epidemic, AValueThatIsKnownIsNotSentOn) {
  CoreHarness core(epidemic());
  core.initialise({"n0", "n1", "n2"});
  const Json spread{{"src", "n1"},
                    {"dest", "n0"},
                    {"body",
                     {{"type", "gossip-spread"},
                      {"round", 9},
                      {"step", 2},
                      {"runs", Json::parse("[[1,60,1,[5]]]")}}}};
  const auto forwarded = [&] {
    std::size_t count = 0;
    const std::int64_t end_ns = core.now_ns + kRoundNs;
    core.send(spread);
    std::vector<Json> lines;
    while (!core.wakes.empty() && core.now_ns < end_ns && core.fire_next_timer(lines)) {
      for (const Json& line : lines) count += line["body"]["type"] == "gossip-spread";
    }
    return count;
  };
  EXPECT_EQ(forwarded(), 1U);
  EXPECT_EQ(forwarded(), 0U);
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
