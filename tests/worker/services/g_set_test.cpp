#include <gtest/gtest.h>

#include <algorithm>

#include "common/base/units.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

class GSet : public ::testing::TestWithParam<const char*> {
 protected:
  GossipOptions gossip() const { return {.strategy = GetParam()}; }
};

void add(GossipCluster& cluster, std::size_t node, const Json& element) {
  EXPECT_EQ(cluster.ask(node, {{"type", "add"}, {"element", element}})["type"], "add_ok");
}

Json elements(GossipCluster& cluster, std::size_t node) {
  Json answer = cluster.ask(node, {{"type", "read"}});
  EXPECT_EQ(answer["type"], "read_ok");
  Json values = answer["value"];
  std::sort(values.begin(), values.end());
  return values;
}

TEST_P(GSet, ElementsReachAllNodesWithoutATopology) {
  GossipCluster cluster(gossip(), 5, 0, nullptr, "g-set");
  add(cluster, 1, 10);
  add(cluster, 4, 11);
  add(cluster, 1, 10);
  cluster.run_for(10 * kNsPerSecond);
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    EXPECT_EQ(elements(cluster, node), Json({10, 11})) << node;
  }
}

TEST_P(GSet, SurvivesItsWorkers) {
  CoreHarness core(gossip(), {7, 42}, nullptr, "g-set");
  core.initialise();
  for (int i = 0; i < 10; ++i) core.ask({{"type", "add"}, {"element", i}});
  const Json before = core.ask({{"type", "read"}})["value"];
  EXPECT_EQ(before.size(), 10U);
  core.restart();
  EXPECT_EQ(core.ask({{"type", "read"}})["value"], before);
  core.compact();
  core.restart();
  EXPECT_EQ(core.ask({{"type", "read"}})["value"], before);
}

INSTANTIATE_TEST_SUITE_P(Strategies, GSet, ::testing::Values("relay", "epidemic", "push", "flood"),
                         [](const auto& tested) { return std::string(tested.param); });

// As one that was told a topology: what it lacks, others may be silent about.
TEST(GSetLives, ANodeFromNothingIsToldWhatAllOthersAgreeOn) {
  for (const char* strategy : {"relay", "epidemic"}) {
    GossipCluster cluster({.strategy = strategy}, 4, 0, nullptr, "g-set");
    add(cluster, 1, 1);
    ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
    cluster.lose_everything(2);
    ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
    EXPECT_EQ(elements(cluster, 2), Json({1})) << strategy;
    cluster.forget_sent();
    cluster.restart(2);
    ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
    EXPECT_TRUE(cluster.sent().empty()) << "it joins once in its life";
  }
}

TEST(GSetWords, WhereItIsOffTheErrorSaysHowToSwitchItOn) {
  CoreHarness core;
  core.initialise();
  const Json answer = core.ask({{"type", "add"}, {"element", 1}});
  EXPECT_EQ(answer["code"], 10);
  const std::string text = answer["text"];
  EXPECT_NE(text.find("g-set"), std::string::npos) << text;
  EXPECT_NE(text.find("--workload"), std::string::npos) << text;
}

TEST(GSetWords, AreItsOwn) {
  CoreHarness core({}, {7, 42}, nullptr, "g-set");
  core.initialise();
  EXPECT_EQ(core.ask({{"type", "add"}})["text"], "missing field 'body.element'");
  EXPECT_EQ(core.ask({{"type", "broadcast"}, {"message", 1}})["code"], 10);
  EXPECT_EQ(core.ask({{"type", "topology"}, {"topology", Json::object()}})["code"], 10);
}

}  // namespace
}  // namespace hearsay::test
