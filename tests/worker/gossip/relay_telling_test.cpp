// One node under the default strategy that is not the relay: how it tells the relay its values,
// sees them come back or not, takes over, and asks for what it misses. The test plays the others.
#include <gtest/gtest.h>

#include "tests/worker/gossip/relay_node.h"

namespace hearsay::test {
namespace {

// The relay of epoch 0 is n0.
class FreshTeller : public RelayNode {
 protected:
  FreshTeller() : RelayNode("n1") {
    hear("n0", batch(1, Json::array()));  // the relay is heard
    core_.now_ns += kNsPerSecond;
  }
  Json lossy_batch(std::uint64_t number, const Json& runs, int permille,
                   std::uint64_t epoch = 0) const {
    Json lossy = batch(number, runs, epoch);
    lossy["loss"] = permille;
    return lossy;
  }
};

class Teller : public FreshTeller {
 protected:
  Teller() { measure_hop(); }
  // Tells the value; a batch that shows that it is lost comes as soon as one can.
  void lose(const Json& value, std::uint64_t number) {
    broadcast(value);
    core_.now_ns += kPatienceNs;
    ASSERT_FALSE(of_type(hear("n0", batch(number, Json::array())), "gossip-tell").empty());
  }
  // After how much more patience than kPatienceNs a value is told again, in steps of 5 ms.
  std::int64_t more_patience_ns(const Json& value, std::uint64_t number) {
    broadcast(value);
    core_.now_ns += kPatienceNs;
    for (std::int64_t more_ns = 0; more_ns < kHopNs; more_ns += 5 * kNsPerMs) {
      if (!of_type(hear("n0", batch(number++, Json::array())), "gossip-tell").empty())
        return more_ns;
      core_.now_ns += 5 * kNsPerMs;
    }
    return kHopNs;
  }
  // How often it asks the relay in vain before it takes over.
  std::size_t questions() {
    std::size_t count = 0;
    while (true) {
      const auto lines = run_until(next_wake_ns());
      if (!of_type(lines, "gossip-spread").empty()) return count;
      if (!of_type(lines, "gossip-tell").empty()) ++count;
    }
  }
};

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
    EXPECT_EQ(line["body"].at("urgent"), 1);
    EXPECT_EQ(line["body"]["epoch"], 0);
  }
}

TEST_F(Teller, ABatchThatShouldHaveHadTheValueIsAnsweredAtOnce) {
  broadcast(5);
  core_.now_ns += kPatienceNs - 1;
  EXPECT_TRUE(hear("n0", batch(2, own_run(3, {8}))).empty());
  core_.now_ns += 1;
  const auto lines = hear("n0", batch(3, own_run(3, {9}, 2)));
  ASSERT_EQ(lines.size(), 2U);  // one may get lost
  for (const Json& line : lines) {
    EXPECT_EQ(line["dest"], "n0");
    EXPECT_EQ(line["body"]["type"], "gossip-tell");
    EXPECT_EQ(line["body"]["runs"], own_run(1, {5}));
    EXPECT_EQ(line["body"].at("urgent"), 1);
  }
}

// It left when it would have come in time, and the value had not come to the relay.
TEST_F(Teller, ABatchThatIsLateItselfProvesLess) {
  const auto sent_at = [&](std::uint64_t number, std::int64_t way_ns) {
    Json timed = batch(number, Json::array());
    timed["at"] = (core_.now_ns - way_ns) / kNsPerUs;
    return timed;
  };
  for (std::uint64_t number = 2; number < 10; ++number) {
    hear("n0", sent_at(number, kHopNs));
    core_.now_ns += kPeriodNs;
  }
  broadcast(5);
  core_.now_ns += kPatienceNs + kHopNs / 4;
  EXPECT_TRUE(of_type(hear("n0", sent_at(10, kHopNs + kHopNs / 2)), "gossip-tell").empty());
  EXPECT_EQ(of_type(hear("n0", sent_at(11, kHopNs)), "gossip-tell").size(), 2U);
}

TEST_F(Teller, WhatComesBackSoonerThanPossibleWasNotLost) {
  lose(5, 2);
  core_.now_ns += 10 * kNsPerMs;
  hear("n0", batch(3, own_run(1, {5})));
  EXPECT_EQ(more_patience_ns(6, 4), 15 * kNsPerMs);  // half a margin, in steps of 5 ms
}

TEST_F(Teller, WhatTheRelayKnewWasNotLost) {
  lose(5, 2);
  core_.now_ns += 2 * kHopNs;
  hear("n0", fill(own_run(1, {5}), {{"known", 1}}));
  EXPECT_EQ(more_patience_ns(6, 3), 15 * kNsPerMs);
}

TEST_F(Teller, WhatComesBackARoundTripLaterWasLost) {
  lose(5, 2);
  core_.now_ns += 2 * kHopNs;
  hear("n0", batch(3, own_run(1, {5})));
  EXPECT_EQ(more_patience_ns(6, 4), 0);
}

TEST_F(Teller, WhatTheRelaySendsThatItHadIsNotToldAgain) {
  lose(5, 2);
  core_.now_ns += 2 * kHopNs;
  hear("n0", fill(own_run(1, {5}), {{"known", 1}}));
  EXPECT_TRUE(of_type(run_for(2 * kNsPerSecond), "gossip-tell").empty());
}

TEST_F(FreshTeller, IsPatientUntilItHasMeasured) {
  broadcast(5);
  EXPECT_TRUE(run_for(2 * kNsPerSecond).empty());
  Json told_hop = batch(2, own_run(1, {5}));
  told_hop["hop"] = kHopNs / kNsPerUs;
  hear("n0", told_hop);
  broadcast(6);
  EXPECT_TRUE(run_for(kDeadlineNs - 1).empty());
  EXPECT_FALSE(of_type(run_for(1), "gossip-tell").empty());
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

// What it had told it owes now, and no longer awaits.
TEST_F(Teller, TheNextWorkerOfOneThatTookOverSendsNothingTwice) {
  broadcast(5);
  while (of_type(run_until(next_wake_ns()), "gossip-spread").empty()) {
  }
  core_.restart();
  core_.wakes.clear();
  core_.worker_started(2);
  EXPECT_TRUE(of_type(run_for(kNsPerSecond), "gossip-spread").empty());
}

// Both sides of a partition may have a relay: what one lacks must not wait for quiet times.
TEST_F(Teller, InUnrestItComparesWithOthersNowAndThen) {
  hear("n2", batch(1, Json::array(), 2));
  std::size_t compared = 0;
  for (const Json& line : of_type(run_for(3 * kNsPerSecond), "gossip-have")) {
    compared += line["body"].contains("vector") ? 1U : 0U;
    EXPECT_NE(line["dest"], self());
  }
  EXPECT_GE(compared, 1U);
}

TEST_F(Teller, IgnoresAnEpochThatWouldUseUpAllNumbers) {
  hear("n2", batch(1, own_run(3, {8}), (std::uint64_t{1} << 62) - 2));
  EXPECT_EQ(broadcast(5).at(0)["body"]["epoch"], 0);
}

// Batches and tells get lost; a relay that is there answers.
TEST_F(Teller, AsksASilentRelayBeforeItTakesOver) {
  broadcast(5);
  std::vector<Json> asked;
  while (asked.empty()) asked = run_until(next_wake_ns());
  for (const Json& line : asked) {
    EXPECT_EQ(line["dest"], "n0");
    EXPECT_EQ(line["body"]["type"], "gossip-tell");
    EXPECT_EQ(line["body"].at("urgent"), 1);
  }
  EXPECT_EQ(asked.size(), 4U);  // what gets lost now looks like a dead relay
  run_for(2 * kHopNs);
  hear("n0", {{"type", "gossip-fill"}, {"epoch", 0}, {"runs", Json::array()}});
  EXPECT_TRUE(of_type(run_for(2 * kHopNs), "gossip-spread").empty());
  EXPECT_TRUE(of_type(hear("n0", batch(2, own_run(1, {5}))), "gossip-tell").empty());
  EXPECT_TRUE(of_type(run_for(kNsPerSecond), "gossip-spread").empty());
}

TEST_F(Teller, AsksOnceInAQuietNetwork) {
  broadcast(5);
  EXPECT_EQ(questions(), 1U);
}

TEST_F(Teller, AsksMoreOftenWhenMessagesGetLost) {
  hear("n0", lossy_batch(2, Json::array(), 100));
  broadcast(5);
  EXPECT_EQ(questions(), 3U);
}

TEST_F(Teller, TellsTwiceWhileBatchesSayThatMessagesGetLost) {
  hear("n0", lossy_batch(2, own_run(3, {8}), 100));
  EXPECT_EQ(of_type(broadcast(5), "gossip-tell").size(), 2U);
  hear("n0", batch(3, own_run(1, {5})));
  EXPECT_EQ(of_type(broadcast(6), "gossip-tell").size(), 1U);
}

// What doesn't arrive in a partition is not lost by chance.
TEST_F(Teller, TellsOnceInUnrest) {
  hear("n0", lossy_batch(2, own_run(3, {8}), 100));
  hear("n2", batch(1, Json::array(), 6));
  hear("n2", lossy_batch(2, Json::array(), 100, 6));
  EXPECT_EQ(of_type(broadcast(5), "gossip-tell").size(), 1U);
  core_.now_ns += kPatienceNs;
  const auto again = of_type(hear("n2", batch(3, Json::array(), 6)), "gossip-tell");
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0]["body"].at("urgent"), 1);
}

TEST_F(Teller, TellsTheRelayWhichOfItsBatchesCame) {
  Json later = batch(4, own_run(3, {8}));
  later["repeats"] = 2;
  hear("n0", later);
  EXPECT_TRUE(of_type(run_for(4 * kHopNs), "gossip-have").empty());  // nothing to pull
  hear("n0", lossy_batch(5, Json::array(), 100));
  const auto lines = of_type(broadcast(5), "gossip-tell");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["body"].at("seen"), Json({3, 2, 0}));
  EXPECT_FALSE(lines[1]["body"].contains("seen"));
  hear("n0", batch(3, Json::array()));
  const auto more = of_type(broadcast(6), "gossip-tell");
  ASSERT_FALSE(more.empty());
  EXPECT_EQ(more[0]["body"].at("seen"), Json({1, 0, 1}));
}

// Whichever way its origin's next value came.
TEST_F(Teller, AsksTheOriginForWhatIsMissingBeforeAValue) {
  hear("n0", batch(2, own_run(3, {8}, 2)));
  const auto lines = of_type(run_for(kNsPerSecond), "gossip-have");
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0]["dest"], "n3");
  EXPECT_TRUE(lines[0]["body"].contains("vector"));
}

// Itself it need not ask: it has forgotten.
TEST_F(Teller, AsksThePeerForWhatIsMissingOfItsOwnEarlierLife) {
  constexpr int kEarlierLife = 60;
  hear("n0", batch(2, Json::array({Json::array({1, kEarlierLife, 2, {8}})})));
  const auto lines = of_type(run_for(kNsPerSecond), "gossip-have");
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0]["dest"], "n0");
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

TEST_F(Teller, MuchGoesToTheNextRelayInPieces) {
  constexpr std::size_t kMany = 30;
  for (std::size_t i = 0; i < kMany; ++i) broadcast(std::string(5'000, 'x') + std::to_string(i));
  const auto tells = of_type(hear("n2", batch(1, Json::array(), 6)), "gossip-tell");
  EXPECT_EQ(tells.size(), 3U);
  std::size_t values = 0;
  for (const Json& line : tells) {
    EXPECT_LE(line.dump().size(), 66'000U);
    values += line["body"]["runs"][0][3].size();
  }
  EXPECT_EQ(values, kMany);
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
  EXPECT_EQ(lines[0]["body"].at("missed"), Json({50, 2, 3}));
}

TEST_F(Teller, AGapThatClosesByItselfIsNotPulled) {
  hear("n0", batch(3, own_run(3, {8})));
  hear("n0", batch(2, own_run(3, {9}, 2)));
  EXPECT_TRUE(run_for(2 * kHopNs).empty());
}

// Else what is only overtaken would be asked for at once.
TEST_F(Teller, ANewGapHasAPatienceOfItsOwn) {
  hear("n0", batch(3, own_run(3, {8})));
  EXPECT_TRUE(run_for(kMarginNs / 2).empty());
  hear("n0", batch(2, own_run(3, {9}, 2)));
  hear("n0", batch(5, own_run(3, {10}, 3)));
  EXPECT_TRUE(run_for(kMarginNs - 1).empty());
  const auto lines = of_type(run_for(1), "gossip-have");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["body"].at("missed"), Json({50, 4, 4}));
}

// A question in vain is no reason to give up soon on what is missing later.
TEST_F(Teller, ANewGapIsAskedForAsOftenAsTheFirst) {
  const auto pulls_in = [&](std::int64_t duration_ns) {
    int pulls = 0;
    for (const Json& line : run_for(duration_ns)) pulls += line["body"].contains("missed");
    return pulls;
  };
  hear("n0", batch(3, own_run(3, {8})));
  EXPECT_EQ(pulls_in(6 * kHopNs), 3);
  hear("n0", batch(2, own_run(3, {9}, 2)));
  hear("n0", batch(5, own_run(3, {10}, 3)));
  EXPECT_EQ(pulls_in(60 * kNsPerSecond), 5);
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

}  // namespace
}  // namespace hearsay::test
