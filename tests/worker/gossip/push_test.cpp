#include <gtest/gtest.h>

#include <map>

#include "common/base/units.h"
#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kIntervalNs = 50 * kNsPerMs;

TEST(Push, WhoKnowsNothingSleeps) {
  CoreHarness core(GossipOptions{.strategy = "push"});
  core.initialise();
  EXPECT_TRUE(core.wakes.empty());
}

TEST(Push, TheFirstRoundComesWithinAnIntervalOfTheFirstValue) {
  CoreHarness core(GossipOptions{.strategy = "push"});
  core.initialise();
  core.ask({{"type", "broadcast"}, {"message", 1}});
  core.ask({{"type", "broadcast"}, {"message", 2}});
  ASSERT_EQ(core.wakes.size(), 1U);
  EXPECT_GE(core.wakes[0].at_ns, core.now_ns);
  EXPECT_LT(core.wakes[0].at_ns, core.now_ns + kIntervalNs);
}

TEST(Push, EveryRoundTheFullStateGoesToARandomNodeAndARandomNeighbour) {
  CoreHarness core(GossipOptions{.strategy = "push"});
  core.initialise({"n0", "n1", "n2", "n3", "n4"});
  core.ask({{"type", "topology"}, {"topology", {{"n0", {"n1"}}}}});
  core.ask({{"type", "broadcast"}, {"message", 1}});
  core.ask({{"type", "broadcast"}, {"message", 2}});
  std::map<std::string, int> random_nodes;
  std::int64_t last_ns = core.wakes[0].at_ns - kIntervalNs;
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Json> lines;
    ASSERT_TRUE(core.fire_next_timer(lines));
    EXPECT_EQ(core.now_ns - last_ns, kIntervalNs);
    last_ns = core.now_ns;
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0]["body"]["messages"], Json({1, 2}));
    EXPECT_EQ(lines[1]["dest"], "n1");
    ++random_nodes[lines[0]["dest"]];
  }
  ASSERT_EQ(random_nodes.size(), 4U);
  for (const auto& [node, count] : random_nodes) EXPECT_NEAR(count, kRounds / 4.0, 40) << node;
}

TEST(Push, ALateRoundDoesNotShiftTheNext) {
  CoreHarness core(GossipOptions{.strategy = "push"});
  core.initialise();
  core.ask({{"type", "broadcast"}, {"message", 1}});
  const std::int64_t due_ns = core.wakes[0].at_ns;
  core.now_ns = due_ns + 3 * kIntervalNs + kIntervalNs / 2;
  std::vector<Json> lines;
  ASSERT_TRUE(core.fire_next_timer(lines));
  ASSERT_EQ(core.wakes.size(), 1U);
  EXPECT_EQ(core.wakes[0].at_ns, due_ns + 4 * kIntervalNs);
}

TEST(Push, ANewWorkerPushesOn) {
  CoreHarness core(GossipOptions{.strategy = "push"});
  core.initialise();
  core.ask({{"type", "broadcast"}, {"message", 1}});
  core.restart();
  core.wakes.clear();
  core.worker_started(2);
  std::vector<Json> lines;
  ASSERT_TRUE(core.fire_next_timer(lines));
  EXPECT_EQ(lines.size(), 2U);
}

TEST(Push, FanoutIsTheNumberOfTargetsEach) {
  CoreHarness core(GossipOptions{.strategy = "push", .fanout = 2});
  core.initialise({"n0", "n1", "n2", "n3"});
  core.ask({{"type", "topology"}, {"topology", {{"n0", {"n1"}}}}});
  core.ask({{"type", "broadcast"}, {"message", 1}});
  std::vector<Json> lines;
  ASSERT_TRUE(core.fire_next_timer(lines));
  ASSERT_EQ(lines.size(), 3U);  // two nodes and the only neighbour
  EXPECT_NE(lines[0]["dest"], lines[1]["dest"]);
}

TEST(Push, AloneThereIsNobodyToTell) {
  CoreHarness core(GossipOptions{.strategy = "push"});
  core.initialise({"n0"});
  core.ask({{"type", "broadcast"}, {"message", 1}});
  std::vector<Json> lines;
  ASSERT_TRUE(core.fire_next_timer(lines));
  EXPECT_TRUE(lines.empty());
}

}  // namespace
}  // namespace hearsay::test
