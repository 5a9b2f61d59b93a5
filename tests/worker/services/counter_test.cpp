#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "common/base/units.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

class Counter : public ::testing::TestWithParam<const char*> {
 protected:
  Counter() { core_.initialise(); }
  Json add(const Json& delta) { return core_.ask({{"type", "add"}, {"delta", delta}}); }
  Json value() { return core_.ask({{"type", "read"}})["value"]; }

  CoreHarness core_{{}, {7, 42}, nullptr, GetParam()};
};

TEST_P(Counter, CountsWhatIsAdded) {
  EXPECT_EQ(value(), 0);
  EXPECT_EQ(add(3)["type"], "add_ok");
  EXPECT_EQ(add(0)["type"], "add_ok");
  EXPECT_EQ(add(4)["type"], "add_ok");
  EXPECT_EQ(value(), 7);
  core_.send({{"src", "c9"}, {"dest", "n0"}, {"body", {{"type", "add"}, {"delta", 5}}}});
  EXPECT_EQ(value(), 12);
}

TEST_P(Counter, NoIntegerIsRefused) {
  for (const char* delta : {"1.5", "1.0", "\"1\"", "null", "[1]", "1e3", "18446744073709551615"}) {
    EXPECT_EQ(add(Json::parse(delta))["code"], 12) << delta;
  }
  EXPECT_EQ(core_.ask({{"type", "add"}})["code"], 12);
  EXPECT_EQ(value(), 0);
}

TEST_P(Counter, WhatDoesNotFitIsRefused) {
  EXPECT_EQ(add(kMost)["type"], "add_ok");
  EXPECT_EQ(add(1)["code"], 22);
  EXPECT_EQ(add(kMost)["code"], 22);
  EXPECT_EQ(value(), kMost);
}

// What was added on both sides of a partition may be too much only together.
TEST_P(Counter, SumsThatDoNotFitTogetherAreNoNumber) {
  GossipCluster cluster({}, 2, 0, nullptr, GetParam());
  cluster.ask(0, {{"type", "add"}, {"delta", kMost}});
  cluster.ask(1, {{"type", "add"}, {"delta", 2}});
  ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
  for (std::size_t node = 0; node < 2; ++node) {
    EXPECT_EQ(cluster.ask(node, {{"type", "read"}})["code"], 22);
    EXPECT_EQ(cluster.ask(node, {{"type", "add"}, {"delta", 1}})["code"], 22);
  }
}

TEST_P(Counter, SurvivesItsWorkers) {
  for (int i = 1; i <= 10; ++i) {
    add(i);
    if (i % 3 == 0) core_.compact();
    core_.restart();
    EXPECT_EQ(value(), i * (i + 1) / 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Counter, ::testing::Values("g-counter", "pn-counter"),
                         [](const auto& tested) { return std::string(tested.param).substr(0, 1); });

TEST(GCounter, OnlyGrows) {
  CoreHarness core({}, {7, 42}, nullptr, "g-counter");
  core.initialise();
  EXPECT_EQ(core.ask({{"type", "add"}, {"delta", -1}})["code"], 12);
  EXPECT_EQ(core.ask({{"type", "read"}})["value"], 0);
}

// As a source may have had them before and after a power cut.
TEST(PnCounter, OfTheSameTotalTheSameSumsCountEverywhere) {
  std::vector<Json> values;
  for (const bool first : {false, true}) {
    CoreHarness core({}, {7, 42}, nullptr, "pn-counter");
    core.initialise({"n0", "n1"});
    for (const std::int64_t up : {first ? 5 : 6, first ? 6 : 5}) {
      core.send(delta_from("n1", 60, {0, 1}, Json::array({Json::array({1, 60, up, 7 - up})})));
    }
    values.push_back(core.ask({{"type", "read"}})["value"]);
  }
  EXPECT_EQ(values.at(0), values.at(1));
}

// What it added was told; what it adds afterwards is another sum.
TEST_P(Counter, OfAStateThatHasGoneBackNothingIsLostThatOthersKnow) {
  for (const bool compacted : {false, true}) {
    GossipCluster cluster({}, 3, 0, nullptr, GetParam());
    const auto add = [&](std::size_t node, int delta) {
      cluster.ask(node, {{"type", "add"}, {"delta", delta}});
      ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
    };
    add(0, 1);
    const auto then = cluster.core(0).state();
    add(0, 10);
    add(1, 100);
    cluster.go_back(0, then);
    if (compacted) {
      cluster.core(0).compact();
      cluster.restart(0);
    }
    add(0, 1000);
    add(2, 10000);
    for (std::size_t node = 0; node < 3; ++node) {
      EXPECT_EQ(cluster.ask(node, {{"type", "read"}})["value"], 11111) << node;
    }
  }
}

TEST(PnCounter, GoesUpAndDown) {
  CoreHarness core({}, {7, 42}, nullptr, "pn-counter");
  core.initialise();
  core.ask({{"type", "add"}, {"delta", 5}});
  core.ask({{"type", "add"}, {"delta", -12}});
  EXPECT_EQ(core.ask({{"type", "read"}})["value"], -7);
  EXPECT_EQ(core.ask({{"type", "add"}, {"delta", kLeast}})["code"], 22);
  EXPECT_EQ(core.ask({{"type", "add"}, {"delta", -kMost}})["code"], 22);
  EXPECT_EQ(core.ask({{"type", "read"}})["value"], -7);
}

}  // namespace
}  // namespace hearsay::test
