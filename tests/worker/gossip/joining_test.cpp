// How a node that joins asks what it lacks, and is answered.
#include <gtest/gtest.h>

#include "tests/worker/gossip/relay_node.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kRoundTripNs = 2 * kHopNs + 40 * kNsPerMs;  // as repair reckons

class Joining : public RelayNode {
 protected:
  explicit Joining(const std::string& self = "n1") : RelayNode(self) {}

  std::vector<Json> join() {
    std::vector<Json> asked;
    for (Json& line : core_.send(
             {{"src", "c1"},
              {"dest", self()},
              {"body",
               {{"type", "topology"}, {"msg_id", 2}, {"topology", {{self(), Json::array()}}}}}})) {
      if (line["dest"] != "c1") asked.push_back(std::move(line));
    }
    return asked;
  }
  // When it asks again by itself, and whom.
  std::vector<std::pair<std::int64_t, std::string>> questions(std::int64_t duration_ns) {
    std::vector<std::pair<std::int64_t, std::string>> found;
    const std::int64_t end_ns = core_.now_ns + duration_ns;
    while (next_wake_ns() <= end_ns) {
      const std::int64_t at_ns = std::max(core_.now_ns, next_wake_ns());
      for (const Json& line : of_type(run_until(next_wake_ns()), "gossip-have")) {
        if (line["body"].contains("at")) found.emplace_back(at_ns, line["dest"]);
      }
    }
    core_.now_ns = end_ns;
    return found;
  }
};

// n0 is the root of the tree in which nodes settle.
TEST_F(Joining, AsksItsParentOnceIfItAnswers) {
  const auto asked = join();
  ASSERT_EQ(targets(asked), std::vector<std::string>{"n0"});
  EXPECT_EQ(asked[0]["body"]["type"], "gossip-have");
  EXPECT_EQ(asked[0]["body"].at("vector"), Json::array());
  core_.now_ns += 2 * kHopNs;
  hear("n0", fill(Json::array(), {{"echo", asked[0]["body"]["at"]}}));
  EXPECT_TRUE(questions(60 * kNsPerSecond).empty());
}

TEST_F(Joining, AsksAgainAndSomebodyElseTooLessAndLessOften) {
  join();
  const std::int64_t start_ns = core_.now_ns;
  const auto asked = questions(2 * kRoundTripNs * (1 + 2 + 3));
  ASSERT_EQ(asked.size(), 6U);
  for (std::size_t i = 0; i < asked.size(); i += 2) {
    EXPECT_EQ(asked[i].first, asked[i + 1].first);
    EXPECT_EQ(asked[i].second, "n0");
  }
  EXPECT_EQ(asked[0].first, start_ns + 2 * kRoundTripNs);
  EXPECT_EQ(asked[2].first, start_ns + 2 * kRoundTripNs * (1 + 2));
  EXPECT_EQ(asked[4].first, start_ns + 2 * kRoundTripNs * (1 + 2 + 3));
}

// Its next worker goes on where it was: so often it has asked, and then.
TEST_F(Joining, StandsInTheJournal) {
  for (const bool compacted : {false, true}) {
    join();
    const std::int64_t start_ns = core_.now_ns;
    questions(2 * kRoundTripNs);
    if (compacted) core_.compact();
    core_.restart();
    core_.wakes.clear();
    core_.now_ns += kRoundTripNs;
    core_.worker_started(2);
    const auto asked = questions(3 * kRoundTripNs);
    ASSERT_EQ(asked.size(), 2U) << compacted;
    EXPECT_EQ(asked[0].first, start_ns + 2 * kRoundTripNs * (1 + 2)) << compacted;
  }
}

TEST_F(Joining, AWorkerWhosePredecessorWasAnsweredAsksNothing) {
  const auto asked = join();
  core_.now_ns += 2 * kHopNs;
  hear("n0", fill(Json::array(), {{"echo", asked[0]["body"]["at"]}}));
  core_.restart();
  core_.wakes.clear();
  core_.worker_started(2);
  EXPECT_TRUE(questions(10 * kNsPerSecond).empty());
}

// Who asks wants to know that it was heard.
TEST_F(Joining, IsAnsweredAlsoWhenThereIsNothingToFillIn) {
  Json question{{"type", "gossip-have"},
                {"epoch", 0},
                {"ranks", {0, 3}},
                {"vector", Json::array()},
                {"at", 12'345}};
  const auto fills = of_type(hear("n3", question), "gossip-fill");
  ASSERT_EQ(targets(fills), std::vector<std::string>{"n3"});
  EXPECT_EQ(fills[0]["body"].at("echo"), 12'345);
  EXPECT_EQ(fills[0]["body"]["runs"], Json::array());
  question.erase("at");
  EXPECT_TRUE(hear("n3", question).empty());
}

class RootJoining : public Joining {
 protected:
  RootJoining() : Joining("n0") {}
};

TEST_F(RootJoining, AsksAnyone) {
  EXPECT_EQ(join().size(), 1U);
}

}  // namespace
}  // namespace hearsay::test
