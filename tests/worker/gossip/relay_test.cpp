// One node under the default strategy: what it sends, to whom, when, told by hand what the others
// say. Several together: relay_cluster_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>

#include "common/base/units.h"
#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kPeriodNs = 128 * kNsPerMs;  // at a budget of 300 ms and hops of 100

// A node of four, n0 to n3, with the time in the test's hand.
class RelayNode : public ::testing::Test {
 protected:
  explicit RelayNode(const std::string& self, std::int64_t budget_ms = 300)
      : core_({.strategy = "relay", .latency_budget_ms = budget_ms}), self_(self) {
    core_.initialise({"n0", "n1", "n2", "n3"}, self);
  }

  std::vector<Json> broadcast(const Json& value) {
    return to_nodes(
        core_.send({{"src", "c1"},
                    {"dest", self_},
                    {"body", {{"type", "broadcast"}, {"msg_id", 9}, {"message", value}}}}));
  }
  std::vector<Json> hear(const std::string& peer, const Json& body) {
    return to_nodes(core_.send({{"src", peer}, {"dest", self_}, {"body", body}}));
  }
  // A batch of the relay of the epoch, whose incarnation is 50.
  Json batch(std::uint64_t number, const Json& runs, std::uint64_t epoch = 0) const {
    return {{"type", "gossip-spread"}, {"epoch", epoch}, {"root", epoch % 4}, {"incarnation", 50},
            {"number", number},        {"place", 1},     {"runs", runs}};
  }
  // The node's own value, the first one, as others say it.
  static Json own_run(std::uint32_t rank, const Json& values, std::uint32_t first = 1) {
    return Json::array({Json::array({rank, 7, first, values})});
  }
  // Everything that the node sends by itself up to a time.
  std::vector<Json> run_until(std::int64_t at_ns) {
    std::vector<Json> sent;
    while (next_wake_ns() <= at_ns) {
      std::vector<Json> lines;
      core_.fire_next_timer(lines);
      for (Json& line : to_nodes(lines)) sent.push_back(std::move(line));
    }
    core_.now_ns = at_ns;
    return sent;
  }
  std::vector<Json> run_for(std::int64_t duration_ns) {
    return run_until(core_.now_ns + duration_ns);
  }
  Json read() { return core_.ask({{"type", "read"}})["messages"]; }

  static std::vector<Json> of_type(const std::vector<Json>& lines, std::string_view type) {
    std::vector<Json> found;
    for (const Json& line : lines) {
      if (line["body"]["type"] == type) found.push_back(line);
    }
    return found;
  }

  std::int64_t next_wake_ns() const {
    std::int64_t next_ns = std::numeric_limits<std::int64_t>::max();
    for (const auto& wake : core_.wakes) next_ns = std::min(next_ns, wake.at_ns);
    return next_ns;
  }

  CoreHarness core_;

 private:
  static std::vector<Json> to_nodes(const std::vector<Json>& lines) {
    std::vector<Json> found;
    for (const Json& line : lines) {
      if (line["dest"] != "c1") found.push_back(line);
    }
    return found;
  }
  std::string self_;
};

// The relay of epoch 0 is n0.
class Teller : public RelayNode {
 protected:
  Teller() : RelayNode("n1") {
    hear("n0", batch(1, Json::array()));  // the relay is heard
    core_.now_ns += kNsPerSecond;
  }
};

class TheRelay : public RelayNode {
 protected:
  TheRelay() : RelayNode("n0") { core_.now_ns += kNsPerSecond; }
  Json told(const Json& value, std::uint32_t sequence = 1, std::uint32_t rank = 2) const {
    return {{"type", "gossip-tell"},
            {"epoch", 0},
            {"at", 1},
            {"hop", 0},
            {"runs", Json::array({Json::array({rank, 60, sequence, Json::array({value})})})}};
  }
};

std::vector<std::string> targets(const std::vector<Json>& lines) {
  std::vector<std::string> found;
  for (const Json& line : lines) found.push_back(line["dest"]);
  std::sort(found.begin(), found.end());
  return found;
}

TEST_F(Teller, AValueGoesToTheRelayAtOnceAndCostsOneMessage) {
  const auto lines = broadcast(5);
  ASSERT_EQ(targets(lines), std::vector<std::string>{"n0"});
  EXPECT_EQ(lines[0]["body"]["type"], "gossip-tell");
  EXPECT_EQ(lines[0]["body"]["runs"], own_run(1, {5}));
}

TEST_F(Teller, WhatCameBackIsNotToldAgain) {
  broadcast(5);
  core_.now_ns += 2 * kHopNs;
  EXPECT_TRUE(hear("n0", batch(2, own_run(1, {5}))).empty());
  for (const Json& line : run_for(10 * kNsPerSecond))
    EXPECT_EQ(line["body"]["type"], "gossip-have");
}

TEST_F(Teller, IsToldAgainWhenTheRelayIsHeardButTheValueIsMissing) {
  broadcast(5);
  core_.now_ns += kHopNs + kHopNs / 2;  // the relay cannot have had it when it sent this
  EXPECT_TRUE(hear("n0", batch(2, own_run(3, {8}))).empty());
  const auto lines = of_type(run_for(kNsPerSecond), "gossip-tell");
  ASSERT_FALSE(lines.empty());
  for (const Json& line : lines) {
    EXPECT_EQ(line["dest"], "n0");
    EXPECT_EQ(line["body"]["runs"], own_run(1, {5}));
    EXPECT_EQ(line["body"]["urgent"], 1);
    EXPECT_EQ(line["body"]["epoch"], 0);
  }
}

TEST_F(Teller, ABatchThatShouldHaveHadTheValueIsAnsweredAtOnce) {
  broadcast(5);
  core_.now_ns += 4 * kHopNs;
  const auto lines = hear("n0", batch(2, own_run(3, {8})));
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0]["body"]["type"], "gossip-tell");
  EXPECT_EQ(lines[0]["body"]["runs"], own_run(1, {5}));
}

TEST_F(Teller, AnOldBatchThatComesAgainProvesNothing) {
  hear("n0", batch(2, own_run(3, {8})));
  broadcast(5);
  core_.now_ns += 3 * kHopNs;
  EXPECT_TRUE(hear("n0", batch(2, own_run(3, {8}))).empty());
}

TEST_F(Teller, TakesOverWhenTheRelayIsSilent) {
  broadcast(5);
  broadcast(6);
  const auto lines = of_type(run_for(kNsPerSecond), "gossip-spread");
  EXPECT_EQ(targets(lines), (std::vector<std::string>{"n0", "n2", "n3"}));
  EXPECT_EQ(lines[0]["body"]["epoch"], 1);  // the first in which n1 is the relay
  EXPECT_EQ(lines[0]["body"]["root"], 1);
  EXPECT_EQ(lines[0]["body"]["runs"], own_run(1, {5, 6}));
}

TEST_F(Teller, IgnoresAnEpochThatWouldUseUpAllNumbers) {
  hear("n2", batch(1, own_run(3, {8}), (std::uint64_t{1} << 62) - 2));
  EXPECT_EQ(broadcast(5)[0]["body"]["epoch"], 0);
}

// Batches and tells get lost; a relay that is there answers.
TEST_F(Teller, AsksASilentRelayBeforeItTakesOver) {
  broadcast(5);
  std::vector<Json> asked;
  while (asked.empty()) asked = run_until(next_wake_ns());
  for (const Json& line : asked) {
    EXPECT_EQ(line["dest"], "n0");
    EXPECT_EQ(line["body"]["type"], "gossip-tell");
    EXPECT_EQ(line["body"]["urgent"], 1);
  }
  EXPECT_EQ(asked.size(), 2U);  // one may get lost
  run_for(2 * kHopNs);
  hear("n0", {{"type", "gossip-fill"}, {"epoch", 0}, {"runs", Json::array()}});
  EXPECT_TRUE(of_type(run_for(2 * kHopNs), "gossip-spread").empty());
  EXPECT_TRUE(of_type(hear("n0", batch(2, own_run(1, {5}))), "gossip-tell").empty());
  EXPECT_TRUE(of_type(run_for(kNsPerSecond), "gossip-spread").empty());
}

TEST_F(Teller, TellsTwiceWhileBatchesSayThatMessagesGetLost) {
  Json lossy = batch(2, own_run(3, {8}));
  lossy["repeats"] = 1;
  hear("n0", lossy);
  EXPECT_EQ(of_type(broadcast(5), "gossip-tell").size(), 2U);
  hear("n0", batch(3, own_run(1, {5})));
  core_.now_ns += 10 * kNsPerSecond;
  EXPECT_EQ(of_type(broadcast(6), "gossip-tell").size(), 1U);
}

TEST_F(Teller, SaysWhenABatchCameOnlyWithALaterOne) {
  Json lossy = batch(4, own_run(3, {8}));
  lossy["repeats"] = 2;
  hear("n0", lossy);
  const auto lines = of_type(broadcast(5), "gossip-tell");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["body"]["missed"], 1);
  EXPECT_FALSE(lines[1]["body"].contains("missed"));
  EXPECT_TRUE(of_type(run_for(kHopNs), "gossip-have").empty());  // nothing to pull
}

// Whichever way its origin's next value came.
TEST_F(Teller, AsksTheOriginForWhatIsMissingBeforeAValue) {
  hear("n0", batch(2, own_run(3, {8}, 2)));
  const auto lines = of_type(run_for(kNsPerSecond), "gossip-have");
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0]["dest"], "n3");
  EXPECT_TRUE(lines[0]["body"].contains("vector"));
}

TEST_F(Teller, TellsTheRelayOfAHigherEpochWhatHasNotComeBack) {
  broadcast(5);
  const auto lines = hear("n2", batch(1, own_run(3, {8}), 6));
  ASSERT_EQ(of_type(lines, "gossip-tell").size(), 1U);
  EXPECT_EQ(lines[0]["dest"], "n2");
  EXPECT_EQ(lines[0]["body"]["epoch"], 6);
  EXPECT_EQ(broadcast(6)[0]["dest"], "n2");
}

TEST_F(Teller, IgnoresALowerEpoch) {
  hear("n2", batch(1, own_run(3, {8}), 6));
  hear("n3", batch(1, own_run(3, {9}, 2), 3));
  EXPECT_EQ(broadcast(5)[0]["dest"], "n2");
  EXPECT_EQ(read(), Json({8, 9, 5}));
}

TEST_F(Teller, AGapIsPulledFromItsRoot) {
  hear("n0", batch(4, own_run(3, {8})));
  const auto lines = of_type(run_for(kHopNs), "gossip-have");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["dest"], "n0");
  EXPECT_EQ(lines[0]["body"]["missed"], Json({50, 2, 3}));
}

TEST_F(Teller, AGapThatClosesByItselfIsNotPulled) {
  hear("n0", batch(3, own_run(3, {8})));
  hear("n0", batch(2, own_run(3, {9}, 2)));
  EXPECT_TRUE(run_for(2 * kHopNs).empty());
}

TEST_F(Teller, AFillClosesTheGap) {
  hear("n0", batch(3, own_run(3, {8})));
  ASSERT_EQ(run_for(kHopNs).size(), 1U);
  hear("n0",
       {{"type", "gossip-fill"}, {"epoch", 0}, {"runs", own_run(3, {9}, 2)}, {"stream", {50, 2}}});
  EXPECT_EQ(read(), Json({8, 9}));
  for (const Json& line : run_for(kNsPerSecond)) EXPECT_FALSE(line["body"].contains("missed"));
}

TEST_F(Teller, AnUnansweredPullIsRepeatedNotForEver) {
  hear("n0", batch(3, own_run(3, {8})));
  int pulls = 0;
  for (const Json& line : run_for(60 * kNsPerSecond)) pulls += line["body"].contains("missed");
  EXPECT_GT(pulls, 2);
  EXPECT_LT(pulls, 10);
}

TEST_F(TheRelay, SendsAtOnceAfterAQuietPeriod) {
  const auto lines = hear("n2", told("a"));
  EXPECT_EQ(targets(lines), (std::vector<std::string>{"n1", "n2", "n3"}));
  EXPECT_EQ(lines[0]["body"]["number"], 1);
}

TEST_F(TheRelay, BatchesOnceAPeriod) {
  hear("n2", told("a", 1));
  EXPECT_TRUE(hear("n2", told("b", 2)).empty());
  EXPECT_TRUE(broadcast("c").empty());
  EXPECT_TRUE(run_for(kPeriodNs - 1).empty());
  const auto lines = run_for(1);
  ASSERT_EQ(targets(lines), (std::vector<std::string>{"n1", "n2", "n3"}));
  EXPECT_EQ(lines[0]["body"]["number"], 2);
  EXPECT_EQ(lines[0]["body"]["runs"], Json::parse(R"([[0,7,1,["c"]],[2,60,2,["b"]]])"));
  EXPECT_TRUE(of_type(run_for(10 * kPeriodNs), "gossip-spread").empty());
}

TEST_F(TheRelay, AValueToldTwiceIsSentOnce) {
  hear("n2", told("a", 1));
  hear("n2", told("a", 1));
  EXPECT_TRUE(of_type(run_for(2 * kNsPerSecond), "gossip-spread").empty());
}

TEST_F(TheRelay, AnswersAnUrgentTellAtOnce) {
  Json urgent = told("a", 1);
  EXPECT_TRUE(of_type(hear("n2", urgent), "gossip-fill").empty());
  urgent["urgent"] = 1;
  const auto lines = of_type(hear("n2", urgent), "gossip-fill");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["dest"], "n2");
}

TEST_F(TheRelay, RepeatsBatchesWhenATellerHasMissedOne) {
  hear("n2", told("a", 1));
  core_.now_ns += 2 * kPeriodNs;
  Json missed = told("b", 2);
  missed["missed"] = 1;
  const auto lines = of_type(hear("n2", missed), "gossip-spread");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["body"]["repeats"], 1);
  EXPECT_EQ(lines[0]["body"]["runs"], Json::parse(R"([[2,60,1,["a","b"]]])"));
}

// What doesn't arrive in a partition is not lost by chance.
TEST_F(TheRelay, DoesNotSendMoreInUnrest) {
  hear("n2", told("a", 1));
  core_.now_ns += 2 * kPeriodNs;
  Json missed = told("b", 2);
  missed["missed"] = 1;
  missed["epoch"] = 4;  // the relay's next epoch
  const auto lines = of_type(hear("n2", missed), "gossip-spread");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_FALSE(lines[0]["body"].contains("repeats"));
}

TEST_F(TheRelay, AValueToldUrgentlyIsSentAgainWithTheBatchesBefore) {
  hear("n2", told("a", 1));
  core_.now_ns += 2 * kPeriodNs;
  hear("n3", told("b", 1, 3));
  core_.now_ns += 2 * kPeriodNs;
  Json again = told("a", 1);
  again["urgent"] = 1;
  const auto lines = of_type(hear("n2", again), "gossip-spread");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]["body"]["number"], 3);
  EXPECT_EQ(lines[0]["body"]["repeats"], 2);
  EXPECT_EQ(lines[0]["body"]["runs"], Json::parse(R"([[2,60,1,["a"]],[3,60,1,["b"]]])"));
}

TEST_F(TheRelay, HandsOverWhatItOwesWhenItResigns) {
  hear("n2", told("a", 1));
  hear("n2", told("b", 2));
  broadcast("c");
  const auto lines = hear("n3", batch(1, Json::array(), 3));
  const auto tells = of_type(lines, "gossip-tell");
  ASSERT_EQ(tells.size(), 1U);
  EXPECT_EQ(tells[0]["dest"], "n3");
  EXPECT_EQ(tells[0]["body"]["runs"], Json::parse(R"([[0,7,1,["c"]],[2,60,2,["b"]]])"));
  EXPECT_TRUE(of_type(run_for(kPeriodNs * 2), "gossip-spread").empty());
}

TEST_F(TheRelay, WhatItIsToldAfterwardsGoesToTheNextRelay) {
  hear("n3", batch(1, Json::array(), 3));
  const auto tells = of_type(hear("n2", told("b", 1)), "gossip-tell");
  ASSERT_EQ(tells.size(), 1U);
  EXPECT_EQ(tells[0]["dest"], "n3");
  EXPECT_EQ(tells[0]["body"]["epoch"], 3);
}

TEST_F(TheRelay, AnswersAPullFromItsBatches) {
  for (std::uint32_t i = 1; i <= 5; ++i) {
    hear("n2", told(i, i));
    run_for(2 * kPeriodNs);
  }
  const auto lines = hear("n3", {{"type", "gossip-have"}, {"epoch", 0}, {"missed", {7, 2, 3}}});
  const auto fills = of_type(lines, "gossip-fill");
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0]["dest"], "n3");
  EXPECT_EQ(fills[0]["body"]["runs"], Json::parse(R"([[2,60,2,[2,3]]])"));
  EXPECT_EQ(fills[0]["body"]["stream"], Json({7, 3}));
}

// Else the asker would take batches of the present incarnation for seen.
TEST_F(TheRelay, SaysOfWhichIncarnationItHasForgottenTheBatches) {
  const auto fills = of_type(
      hear("n3", {{"type", "gossip-have"}, {"epoch", 0}, {"missed", {6, 2, 3}}}), "gossip-fill");
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0]["body"]["stream"], Json({6, 3}));
  EXPECT_EQ(fills[0]["body"]["next"], 0);
}

// What a predecessor left is handled before start(); nothing is due before.
TEST_F(Teller, ANewWorkerDoesNotTakeOverBeforeItHasHeardWhatWaited) {
  broadcast(5);
  core_.restart();
  core_.wakes.clear();
  core_.now_ns += 5 * kNsPerSecond;
  EXPECT_TRUE(of_type(broadcast(6), "gossip-spread").empty());
  hear("n0", batch(2, own_run(1, {5, 6})));
  EXPECT_TRUE(of_type(core_.worker_started(2), "gossip-spread").empty());
  EXPECT_TRUE(of_type(run_for(kNsPerSecond), "gossip-spread").empty());
}

class DirectNode : public RelayNode {
 protected:
  explicit DirectNode(std::int64_t budget_ms = 90) : RelayNode("n1", budget_ms) {
    core_.now_ns += kNsPerSecond;
  }
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

// Its own time comes back with the next batch of one that heard it.
TEST_F(DirectNode, MeasuresTheLatencyOfAHop) {
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
