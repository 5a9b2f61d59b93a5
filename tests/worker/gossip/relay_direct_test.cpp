// One node under the default strategy whose budget is too small for the way over a relay: it is the
// root of its own batches.
#include <gtest/gtest.h>

#include "tests/worker/gossip/relay_node.h"

namespace hearsay::test {
namespace {

class FreshDirectNode : public RelayNode {
 protected:
  explicit FreshDirectNode(std::int64_t budget_ms = 90) : RelayNode("n1", budget_ms) {
    core_.now_ns += kNsPerSecond;
  }
};

class DirectNode : public FreshDirectNode {
 protected:
  explicit DirectNode(std::int64_t budget_ms = 90) : FreshDirectNode(budget_ms) { measure_hop(); }
};

class DirectBatchingNode : public DirectNode {
 protected:
  DirectBatchingNode() : DirectNode(160) {}
};

TEST_F(DirectNode, SendsItsValuesAtOnceToEveryone) {
  const auto lines = broadcast(5);
  EXPECT_EQ(targets(lines), (std::vector<std::string>{"n0", "n2", "n3"}));
  EXPECT_EQ(lines[0]["body"]["type"], "gossip-spread");
  EXPECT_EQ(targets(broadcast(6)), (std::vector<std::string>{"n0", "n2", "n3"}));
}

TEST_F(DirectNode, ForwardsNothingInASmallCluster) {
  EXPECT_TRUE(hear("n2", {{"type", "gossip-spread"},
                          {"epoch", 0},
                          {"root", 2},
                          {"incarnation", 60},
                          {"number", 1},
                          {"place", 1},
                          {"runs", own_run(2, {5})}})
                  .empty());
  EXPECT_EQ(read(), Json({5}));
}

// The batches of a root with rank 2.
Json root_batch(std::uint64_t number, const Json& runs) {
  return {{"type", "gossip-spread"}, {"epoch", 0}, {"root", 2},   {"incarnation", 60},
          {"number", number},        {"place", 1}, {"at", 5'000}, {"runs", runs}};
}

TEST_F(DirectNode, RepeatsWhatItHasJustLearned) {
  hear("n2", root_batch(1, own_run(2, {5})));
  EXPECT_NE(broadcast(6)[0]["body"]["runs"].dump().find("[5]"), std::string::npos);
  core_.now_ns += 5 * kHopNs;
  EXPECT_EQ(broadcast(7)[0]["body"]["runs"].dump().find("[5]"), std::string::npos);
}

TEST_F(DirectNode, AsksARootForWhatNobodyRepeats) {
  hear("n2", root_batch(3, {{2, 60, 3, {9}}}));
  const auto questions = of_type(run_for(3 * kHopNs), "gossip-have");
  ASSERT_EQ(questions.size(), 1U);
  EXPECT_EQ(questions[0]["dest"], "n2");
  EXPECT_EQ(questions[0]["body"]["vector"], Json::array({Json::array({2, 60, 0})}));
}

TEST_F(DirectNode, DoesNotAskForWhatOthersHaveRepeated) {
  hear("n2", root_batch(3, {{2, 60, 3, {9}}}));
  Json of_another = root_batch(1, {{2, 60, 1, {7, 8}}});
  of_another["root"] = 3;
  hear("n3", of_another);
  EXPECT_TRUE(of_type(run_for(kNsPerSecond / 2), "gossip-have").empty());
  EXPECT_EQ(read(), Json({9, 7, 8}));
  // Nor does the next worker.
  core_.restart();
  core_.worker_started(2);
  for (const Json& line : run_for(kNsPerSecond)) EXPECT_FALSE(line["body"].contains("missed"));
}

class FreshDirectBatchingNode : public FreshDirectNode {
 protected:
  FreshDirectBatchingNode() : FreshDirectNode(160) {}
};

// The deviation of a hop is in the journal, or it would do without a relay where its predecessor
// did not.
TEST_F(FreshDirectBatchingNode, ANewWorkerIsNoSurerThanItsPredecessor) {
  hear("n3", fill(Json::array(), {{"echo", (core_.now_ns - 2 * kHopNs) / kNsPerUs}}));
  EXPECT_EQ(targets(broadcast(5)), std::vector<std::string>{"n0"});
  core_.restart();
  core_.worker_started(2);
  EXPECT_EQ(targets(broadcast(6)), std::vector<std::string>{"n0"});
}

// Its own time comes back with the next batch of one that heard it.
TEST_F(FreshDirectNode, MeasuresTheLatencyOfAHop) {
  hear("n2", root_batch(1, own_run(2, {5})));
  core_.now_ns += 40 * kNsPerMs;
  const Json sent = broadcast(6)[0]["body"];
  EXPECT_EQ(sent["ping"], Json({2, 5'000, 40'000}));
  // With a hop of 10 ms there is time enough for a relay.
  Json answer = root_batch(2, Json::array());
  core_.now_ns += 20 * kNsPerMs;
  answer["ping"] = {1, sent["at"], 0};
  hear("n2", answer);
  EXPECT_EQ(of_type(broadcast(7), "gossip-tell").size(), 1U);
}

TEST_F(DirectBatchingNode, BatchesInTheRoomThatTheBudgetLeaves) {
  EXPECT_EQ(broadcast(5).size(), 3U);
  EXPECT_TRUE(broadcast(6).empty());
  EXPECT_TRUE(run_for(60 * kNsPerMs - 1).empty());
  EXPECT_EQ(run_for(1).size(), 3U);
}

}  // namespace
}  // namespace hearsay::test
