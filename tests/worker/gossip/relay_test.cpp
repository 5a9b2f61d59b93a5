// One node under the default strategy that is the relay: what it sends, to whom, when; the test
// plays the others. Who tells it: relay_telling_test.cpp. Without a relay: relay_direct_test.cpp.
// Several together: relay_cluster_test.cpp.
#include <gtest/gtest.h>

#include "tests/worker/gossip/relay_node.h"

namespace hearsay::test {
namespace {

class TheRelay : public RelayNode {
 protected:
  TheRelay() : RelayNode("n0") {
    core_.now_ns += kNsPerSecond;
    measure_hop();
  }
  Json told(const Json& value, std::uint32_t sequence = 1, std::uint32_t rank = 2) const {
    return {{"type", "gossip-tell"},
            {"epoch", 0},
            {"at", 1},
            {"hop", 0},
            {"runs", Json::array({Json::array({rank, 60, sequence, Json::array({value})})})}};
  }
  Json urgent(Json tell) const {
    tell["urgent"] = 1;
    return tell;
  }
  // Of its batches so many came to a teller, and so many did not.
  Json with_seen(Json tell, int came, int lost) const {
    tell["seen"] = {came, lost, 0};
    return tell;
  }
};

TEST_F(TheRelay, SendsAtOnceAfterAQuietPeriod) {
  const auto lines = hear("n2", told("a"));
  EXPECT_EQ(targets(lines), (std::vector<std::string>{"n1", "n2", "n3"}));
  EXPECT_EQ(lines[0]["body"]["number"], 1);
}

// What came to it otherwise than told, and waits for the next batch.
TEST_F(TheRelay, OwesWhatItWasFilledWithThroughADeath) {
  hear("n2", told("a"));
  ASSERT_TRUE(of_type(hear("n3", fill(own_run(3, {"b"}))), "gossip-spread").empty());
  core_.restart();
  std::vector<Json> sent = core_.worker_started(2);
  for (Json& line : run_for(2 * kPeriodNs)) sent.push_back(std::move(line));
  const auto batches = of_type(sent, "gossip-spread");
  ASSERT_FALSE(batches.empty());
  EXPECT_NE(batches[0]["body"]["runs"].dump().find("\"b\""), std::string::npos) << batches[0];
}

TEST_F(TheRelay, BatchesOnceAPeriod) {
  hear("n2", told("a", 1));
  EXPECT_TRUE(hear("n2", told("b", 2)).empty());
  EXPECT_TRUE(broadcast("c").empty());
  EXPECT_TRUE(run_for(kPeriodNs - 1).empty());
  const auto lines = run_for(1);
  ASSERT_EQ(targets(lines), (std::vector<std::string>{"n1", "n2", "n3"}));
  EXPECT_EQ(lines[0]["body"]["number"], 2);
  EXPECT_EQ(lines[0]["body"].at("repeats"), 1);
  EXPECT_EQ(lines[0]["body"]["runs"], Json::parse(R"([[0,7,1,["c"]],[2,60,1,["a","b"]]])"));
  EXPECT_TRUE(of_type(run_for(10 * kPeriodNs), "gossip-spread").empty());
}

TEST_F(TheRelay, AValueToldTwiceIsSentOnce) {
  hear("n2", told("a", 1));
  hear("n2", told("a", 1));
  EXPECT_TRUE(of_type(run_for(2 * kNsPerSecond), "gossip-spread").empty());
}

TEST_F(TheRelay, AnswersAnUrgentTellAtOnce) {
  EXPECT_TRUE(of_type(hear("n2", told("a", 1)), "gossip-fill").empty());
  const auto lines = hear("n2", urgent(told("b", 2)));
  ASSERT_EQ(targets(lines), std::vector<std::string>{"n2"});
  EXPECT_EQ(lines[0]["body"]["type"], "gossip-fill");
  EXPECT_EQ(lines[0]["body"]["runs"], Json::array());  // a batch will have it
  EXPECT_FALSE(lines[0]["body"].contains("known"));
}

TEST_F(TheRelay, WhatWasLostOnItsWayGoesOutSoon) {
  hear("n2", told("a", 1));
  hear("n2", urgent(told("b", 2)));
  EXPECT_TRUE(run_for(kPeriodNs / 2 - 1).empty());
  EXPECT_EQ(of_type(run_for(1), "gossip-spread").size(), 3U);
}

TEST_F(TheRelay, WhatItStillOwesAndIsToldAgainGoesOutSoon) {
  hear("n2", told("a", 1));
  hear("n2", told("b", 2));
  const auto lines = hear("n2", urgent(told("b", 2)));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"].at("known"), 1);
  EXPECT_EQ(lines[0]["body"]["runs"], Json::array());
  EXPECT_TRUE(run_for(kPeriodNs / 2 - 1).empty());
  EXPECT_EQ(of_type(run_for(1), "gossip-spread").size(), 3U);
}

// An urgent tell goes out in two copies. If the relay said of the second one that it knew the
// values, the teller would take the alarm for a false one although they were lost.
TEST_F(TheRelay, DidNotKnowWhatTheFirstCopyOfAnUrgentTellBrought) {
  hear("n2", told("a", 1));
  const Json again = urgent(told("b", 2));
  EXPECT_FALSE(hear("n2", again).at(0)["body"].contains("known"));
  EXPECT_FALSE(hear("n2", again).at(0)["body"].contains("known"));
}

// All others have it.
TEST_F(TheRelay, WhatWentOutAndIsToldAgainGoesToTheTellerAlone) {
  hear("n2", told("a", 1));
  core_.now_ns += 2 * kPeriodNs;
  const auto lines = hear("n2", urgent(told("a", 1)));
  ASSERT_EQ(targets(lines), std::vector<std::string>{"n2"});
  EXPECT_EQ(lines[0]["body"]["type"], "gossip-fill");
  EXPECT_EQ(lines[0]["body"].at("known"), 1);
  EXPECT_EQ(lines[0]["body"]["runs"], Json::parse(R"([[2,60,1,["a"]]])"));
  EXPECT_TRUE(of_type(run_for(2 * kPeriodNs), "gossip-spread").empty());
}

// A single loss costs no message then.
TEST_F(TheRelay, EveryBatchRepeatsTheOneBefore) {
  hear("n2", with_seen(told(1, 1), 1'000, 0));
  for (std::uint32_t i = 2; i <= 5; ++i) {
    core_.now_ns += 2 * kPeriodNs;
    const auto lines = of_type(hear("n2", told(i, i)), "gossip-spread");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0]["body"].at("repeats"), 1);
    EXPECT_EQ(lines[0]["body"]["runs"],
              Json::array({Json::array({2, 60, i - 1, Json::array({i - 1, i})})}));
  }
}

// And says so, and sends more often.
TEST_F(TheRelay, RepeatsMoreWhenTellersMissMore) {
  Json before;
  for (std::uint32_t i = 1; i <= 5; ++i) {
    core_.now_ns += 2 * kPeriodNs;
    before = hear("n2", with_seen(told(i, i), 100, 0)).at(0)["body"];
  }
  EXPECT_FALSE(before.contains("loss"));
  core_.now_ns += 2 * kPeriodNs;
  const Json after = hear("n2", with_seen(told(6, 6), 100, 100)).at(0)["body"];
  EXPECT_GT(after["repeats"], before["repeats"]);
  EXPECT_GT(after["loss"], 100);
  hear("n2", told(7, 7));
  EXPECT_EQ(of_type(run_for(kPeriodNs * 3 / 4), "gossip-spread").size(), 3U);
}

// What is late may come later than the next batch.
TEST_F(TheRelay, RepeatsMoreWhenMessagesAreLaterThanAPeriod) {
  Json body;
  for (std::uint32_t i = 1; i <= 30; ++i) {
    Json jittery = with_seen(told(i, i), 1'000, 0);
    jittery["hop"] = kHopNs / kNsPerUs;
    jittery["jitter"] = kPeriodNs / kNsPerUs;
    core_.now_ns += 2 * kPeriodNs;
    body = hear("n2", jittery).at(0)["body"];
  }
  EXPECT_EQ(body["repeats"], 5);  // four times as late, and the usual one
}

TEST_F(TheRelay, RepeatsOnlyWhatIsShort) {
  hear("n2", told(std::string(4'000, 'x'), 1));
  core_.now_ns += 2 * kPeriodNs;
  EXPECT_EQ(hear("n2", told(std::string(4'000, 'y'), 2)).at(0)["body"].at("repeats"), 1);
  core_.now_ns += 2 * kPeriodNs;
  EXPECT_EQ(hear("n2", told(3, 3)).at(0)["body"].at("repeats"), 1);
}

// Nobody is to miss it a second time.
TEST_F(TheRelay, WhatGotLostGoesOutTwiceWhileMessagesGetLost) {
  hear("n2", with_seen(told("a", 1), 90, 10));
  hear("n2", urgent(told("b", 2)));
  const auto lines = of_type(run_for(kPeriodNs), "gossip-spread");
  EXPECT_EQ(targets(lines), (std::vector<std::string>{"n1", "n1", "n2", "n2", "n3", "n3"}));
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

TEST_F(TheRelay, WhatItHandedOverItsNextWorkerDoesNotOwe) {
  hear("n2", told("a", 1));
  hear("n2", told("b", 2));
  hear("n3", batch(1, Json::array(), 3));
  core_.restart();
  core_.wakes.clear();
  core_.worker_started(2);
  EXPECT_TRUE(of_type(run_for(kPeriodNs * 3), "gossip-spread").empty());
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
  EXPECT_EQ(fills[0]["body"].at("stream"), Json({7, 3}));
}

// Else the asker would take batches of the present incarnation for seen.
TEST_F(TheRelay, SaysOfWhichIncarnationItHasForgottenTheBatches) {
  const auto fills = of_type(
      hear("n3", {{"type", "gossip-have"}, {"epoch", 0}, {"missed", {6, 2, 3}}}), "gossip-fill");
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0]["body"].at("stream"), Json({6, 3}));
  EXPECT_EQ(fills[0]["body"].at("next"), 0);
}

TEST_F(TheRelay, ABatchOfThisLifeIsNoAnswerToAPullFromAnEarlierOne) {
  hear("n2", told("a", 1));  // goes out in batch 1
  const auto pull = [&](int incarnation) {
    const auto fills = of_type(
        hear("n3", {{"type", "gossip-have"}, {"epoch", 0}, {"missed", {incarnation, 1, 1}}}),
        "gossip-fill");
    return fills.at(0)["body"]["runs"];
  };
  EXPECT_EQ(pull(7), Json::parse(R"([[2,60,1,["a"]]])"));
  EXPECT_EQ(pull(6), Json::array());
}

}  // namespace
}  // namespace hearsay::test
