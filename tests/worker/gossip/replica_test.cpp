// Copies become equal, whatever the network and the workers' deaths do, for few messages; and then
// nobody says anything more. With counters, whose entries are the simplest.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "common/base/units.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kLongestTalkNs = 60 * kNsPerSecond;

class Replicas {
 public:
  explicit Replicas(std::size_t nodes, std::size_t absent = 0)
      : cluster(GossipOptions{}, nodes, absent, nullptr, "pn-counter") {}

  void add(std::size_t node, std::int64_t delta) {
    EXPECT_EQ(cluster.ask(node, {{"type", "add"}, {"delta", delta}})["type"], "add_ok");
    sum += delta;
  }
  std::int64_t read(std::size_t node) {
    return cluster.ask(node, {{"type", "read"}})["value"].get<std::int64_t>();
  }
  bool all_equal() {
    for (std::size_t node = 0; node < cluster.size(); ++node) {
      if (read(node) != sum) return false;
    }
    return true;
  }
  // Nodes meet, and are silent.
  void settle() {
    ASSERT_TRUE(cluster.run_until_silent(kLongestTalkNs));
    cluster.forget_sent();
  }
  // A second of load on all nodes.
  void load(int seconds = 1) {
    for (int i = 0; i < 20 * seconds; ++i) {
      add(static_cast<std::size_t>(i) % cluster.size(), 1 + i % 3);
      cluster.run_for(50 * kNsPerMs);
    }
  }

  GossipCluster cluster;
  std::int64_t sum = 0;
};

bool brings_entries(const GossipCluster::Sent& message) {
  return message.body.contains("entries");
}

std::size_t count_with_entries(const GossipCluster& cluster) {
  const auto& sent = cluster.sent();
  return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), brings_entries));
}

TEST(Replica, AllCopiesBecomeEqualAndThenAllIsSilent) {
  for (const std::size_t nodes : {1U, 2U, 3U, 9U, 10U, 25U}) {
    Replicas replicas(nodes);
    replicas.load();
    ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs)) << nodes;
    EXPECT_TRUE(replicas.all_equal()) << nodes;
  }
}

TEST(Replica, WhenNothingIsNewNothingIsSentNorArmed) {
  Replicas replicas(3);
  replicas.load();
  replicas.settle();
  replicas.cluster.run_for(kLongestTalkNs);
  EXPECT_TRUE(replicas.cluster.sent().empty());
  for (std::size_t node = 0; node < 3; ++node) {
    replicas.cluster.restart(node);
    EXPECT_TRUE(replicas.cluster.core(node).wakes.empty());
  }
  EXPECT_TRUE(replicas.cluster.sent().empty());
}

// To each of the others: the change, what confirms it, and the word that all have it.
TEST(Replica, ALoneChangeCostsThreeMessagesForEachOther) {
  Replicas replicas(5);
  replicas.settle();
  replicas.add(1, 1);
  ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs));
  EXPECT_EQ(replicas.cluster.sent().size(), 3U * 4U);
  EXPECT_EQ(count_with_entries(replicas.cluster), 4U) << "and nobody sends it on";
}

// What changes within a period goes in one message, which confirms as well.
TEST(Replica, UnderLoadEachSendsEachOneMessageAPeriod) {
  Replicas replicas(3);
  replicas.settle();
  replicas.load(10);
  const double periods = 10 / 0.34;
  EXPECT_LT(static_cast<double>(replicas.cluster.sent().size()), 6 * periods * 1.1);
}

TEST(Replica, WhatCameFromAPeerIsNotEchoed) {
  Replicas replicas(3);
  replicas.load(3);
  ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs));
  // [rank, incarnation, up, down]; a source's entry reaches its own node only if it is sent on.
  for (const auto& message : replicas.cluster.sent()) {
    if (!brings_entries(message)) continue;
    for (const Json& entry : message.body["entries"]) EXPECT_NE(entry[0], message.to);
  }
}

TEST(Replica, WhatIsLostIsSentAgainUntilItIsThere) {
  for (const unsigned every : {2U, 3U, 5U}) {
    Replicas replicas(4);
    replicas.cluster.lost = [random = std::mt19937(every), every](const auto&) mutable {
      return random() % every == 0;
    };
    replicas.load(2);
    ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs)) << every;
    EXPECT_TRUE(replicas.all_equal()) << every;
  }
}

TEST(Replica, DuplicatesAndAnyOrderDoNoHarm) {
  std::mt19937 random(1);
  Replicas replicas(4);
  replicas.cluster.copies = 2;
  replicas.cluster.late_ns = [&random](const auto&) {
    return static_cast<std::int64_t>(random() % 900) * kNsPerMs;
  };
  replicas.load(3);
  ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs));
  EXPECT_TRUE(replicas.all_equal());
}

TEST(Replica, ASecondAfterAHealAllAreEqual) {
  for (const bool busy : {false, true}) {
    Replicas replicas(3);
    replicas.settle();
    replicas.cluster.lost = [](const auto& message) {
      return message.from == 0 || message.to == 0;
    };
    replicas.load();
    for (int i = 0; i < 30; ++i) {
      if (busy) replicas.add(1, 1);
      replicas.cluster.run_for(kNsPerSecond);
    }
    EXPECT_FALSE(replicas.all_equal());
    replicas.cluster.lost = nullptr;
    replicas.cluster.run_for(kNsPerSecond);
    EXPECT_TRUE(replicas.all_equal()) << busy;
  }
}

// Who is not reached costs about a message a second, however much is new.
TEST(Replica, ToWhoDoesNotAnswerLittleIsSent) {
  Replicas replicas(1, 1);
  replicas.load(20);
  EXPECT_LT(replicas.cluster.sent().size(), 35U);
}

// 0 and 2 don't hear each other, and both hear 1.
TEST(Replica, WhatItsSourceCannotBringIsSentOn) {
  Replicas replicas(3);
  replicas.settle();
  replicas.cluster.lost = [](const auto& message) { return message.from + message.to == 2; };
  replicas.add(0, 1);
  replicas.cluster.run_for(10 * kNsPerSecond);
  EXPECT_TRUE(replicas.all_equal());
}

TEST(Replica, WhatADeadNodeLeftIsSentOn) {
  Replicas replicas(3);
  replicas.settle();
  replicas.cluster.lost = [](const auto& message) { return message.to == 2; };
  replicas.add(0, 1);
  replicas.cluster.run_for(500 * kNsPerMs);
  EXPECT_EQ(replicas.read(1), 1);
  replicas.cluster.lost = [](const auto& message) { return message.from == 0 || message.to == 0; };
  replicas.cluster.run_for(10 * kNsPerSecond);
  EXPECT_EQ(replicas.read(2), 1);
}

TEST(Replica, ANodeFromNothingGetsEverythingAndLosesNothingOfOthers) {
  for (const std::size_t nodes : {2U, 3U, 12U}) {
    Replicas replicas(nodes);
    replicas.load();
    replicas.settle();
    for (int life = 0; life < 3; ++life) {
      replicas.cluster.lose_everything(1);
      replicas.add(1, 10);
      ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs)) << nodes;
      EXPECT_TRUE(replicas.all_equal()) << nodes << ", life " << life;
    }
  }
}

// All at once, but one that knows everything; with messages of earlier lives still under way.
TEST(Replica, MessagesOfEarlierLivesDoNoHarm) {
  std::mt19937 random(2);
  for (int run = 0; run < 50; ++run) {
    Replicas replicas(3);
    replicas.load();
    replicas.settle();
    replicas.cluster.late_ns = [&random](const auto&) {
      return static_cast<std::int64_t>(random() % 3000) * kNsPerMs;
    };
    for (int life = 0; life < 6; ++life) {
      replicas.cluster.lose_everything(1 + random() % 2);
      replicas.cluster.run_for(static_cast<std::int64_t>(random() % 500) * kNsPerMs);
    }
    replicas.cluster.late_ns = nullptr;
    ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs)) << run;
    EXPECT_TRUE(replicas.all_equal()) << run;
  }
}

// It may lack what came before: a cause, or another part of a transaction.
TEST(Replica, AnIntervalThatBeginsAfterWhatIsHereIsNotJoined) {
  CoreHarness core({}, {7, 42}, nullptr, "g-counter");
  core.initialise({"n0", "n1"});
  const auto hear = [&core](int since, int upto) {
    const Json entry = Json::array({1, 60, upto, 0});
    core.send(delta_from("n1", 60, {since, upto}, Json::array({entry})));
    return core.ask({{"type", "read"}})["value"];
  };
  EXPECT_EQ(hear(0, 2), 2);
  EXPECT_EQ(hear(3, 5), 2);
  std::vector<Json> lines;
  while (lines.empty()) ASSERT_TRUE(core.fire_next_timer(lines));
  EXPECT_EQ(lines[0]["body"]["behind"], 1);
  EXPECT_EQ(lines[0]["body"]["confirms"], 2);
  EXPECT_EQ(hear(2, 6), 6);
  EXPECT_EQ(hear(1, 4), 6) << "an earlier one, which is late";
}

// n1 lived as 60, and lives as 61 now; a message of 60 is late. What 60 had confirmed must still
// get to 61, who says nothing by itself.
TEST(Replica, WhatALateMessageConfirmsIsNotBelieved) {
  CoreHarness core({}, {7, 42}, nullptr, "g-counter");
  core.initialise({"n0", "n1"});
  const auto hear = [&core](std::uint64_t life, std::uint64_t confirms, bool asks) {
    Json body = {{"type", "gossip-delta"}, {"lives", {life, 7}}, {"confirms", confirms}};
    if (asks) body["asks"] = 1;
    core.send({{"src", "n1"}, {"dest", "n0"}, {"body", body}});
  };
  core.ask({{"type", "add"}, {"delta", 1}});
  hear(61, 0, true);
  hear(61, 0, false);
  hear(60, 1, false);
  std::vector<Json> lines;
  while (core.fire_next_timer(lines)) {
    if (lines.empty()) continue;
    const Json& body = lines.at(0)["body"];
    if (body["lives"][1] == 61 && body.contains("entries")) return;
    ASSERT_TRUE(body["lives"][1] == 61 || body.contains("asks"));
    ASSERT_LT(core.now_ns, kLongestTalkNs);
    hear(61, 0, false);  // who is asked as 60 says who it is
  }
  FAIL() << "n1 was given up";
}

// A neighbour's number that is far ahead of all its changes is confirmed, and the neighbour counts
// on from there.
TEST(Replica, ANumberFarAheadBlocksNothing) {
  Replicas replicas(3);
  replicas.settle();
  const auto& sent = replicas.cluster.sent();
  replicas.add(1, 1);
  replicas.cluster.run_for(kNsPerSecond);
  const auto from_n1 = std::find_if(sent.rbegin(), sent.rend(), [](const auto& message) {
    return message.from == 1 && message.to == 0 && brings_entries(message);
  });
  ASSERT_NE(from_n1, sent.rend());
  Json ahead = from_n1->body;
  ahead["interval"][1] = std::uint64_t{1} << 43;
  ahead["entries"] = Json::array();
  replicas.cluster.hear(0, 1, ahead);
  replicas.load();
  replicas.settle();
  EXPECT_TRUE(replicas.all_equal());
  EXPECT_EQ(replicas.cluster.sent("error").size(), 0U);
}

class ReplicaDeaths : public ::testing::TestWithParam<bool> {
 protected:
  // After each step of a node its worker dies.
  static void let_die(GossipCluster& cluster) {
    cluster.after_step = [&cluster, dying = false](std::size_t node) mutable {
      if (dying) return;
      dying = true;
      if (GetParam()) cluster.core(node).compact();
      cluster.restart(node);
      dying = false;
    };
  }
};

TEST_P(ReplicaDeaths, CostNothing) {
  std::vector<std::size_t> counts;
  for (const bool dying : {false, true}) {
    Replicas replicas(4);
    if (dying) let_die(replicas.cluster);
    replicas.load(3);
    ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs));
    replicas.cluster.after_step = {};
    EXPECT_TRUE(replicas.all_equal());
    counts.push_back(replicas.cluster.sent().size());
  }
  EXPECT_EQ(counts[0], counts[1]);
}

TEST_P(ReplicaDeaths, AndLossAndNewLivesTogetherLoseNothing) {
  Replicas replicas(4);
  let_die(replicas.cluster);
  replicas.cluster.lost = [count = 0](const auto&) mutable { return ++count % 4 == 0; };
  replicas.load(2);
  ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs));
  replicas.cluster.lose_everything(2);
  replicas.load(2);
  ASSERT_TRUE(replicas.cluster.run_until_silent(kLongestTalkNs));
  replicas.cluster.after_step = {};
  EXPECT_TRUE(replicas.all_equal());
}

INSTANTIATE_TEST_SUITE_P(Kinds, ReplicaDeaths, ::testing::Bool(), [](const auto& tested) {
  return std::string(tested.param ? "Compacted" : "Restarted");
});

// A snapshot is the same state: also another one of it.
TEST(ReplicaJournal, ACompactedOneStaysAsItIs) {
  Replicas replicas(3);
  replicas.load(2);
  CoreHarness& core = replicas.cluster.core(0);
  core.compact();
  const std::string once = core.journal();
  core.restart();
  core.compact();
  EXPECT_EQ(core.journal(), once);
}

// Also what came with the first message of another incarnation.
TEST(ReplicaJournal, ASuccessorIsWhatItsPredecessorWas) {
  std::vector<std::string> snapshots;
  for (const bool dying : {false, true}) {
    CoreHarness core({}, {7, 42}, nullptr, "g-counter");
    core.initialise();
    for (int life = 60; life < 63; ++life) {
      core.ask({{"type", "add"}, {"delta", 1}});
      for (const char* from : {"n1", "n2"}) {
        const Json entry = Json::array({from[1] - '0', life, 5, 0});
        core.send(delta_from(from, life, {0, 3}, Json::array({entry})));
        if (dying) core.restart();
      }
    }
    core.compact();
    snapshots.push_back(core.journal());
  }
  EXPECT_EQ(snapshots[0], snapshots[1]);
}

TEST(ReplicaClock, GoesBackWithoutHarm) {
  for (const std::int64_t back_ns : {kNsPerSecond, 1000 * kNsPerSecond}) {
    CoreHarness core({}, {7, 42}, nullptr, "g-counter");
    core.now_ns = 2000 * kNsPerSecond;
    core.initialise({"n0", "n1"});
    core.ask({{"type", "add"}, {"delta", 1}});
    core.restart();
    core.wakes.clear();
    core.now_ns -= back_ns;
    core.worker_started(2);
    const std::int64_t begin_ns = core.now_ns;
    std::vector<Json> lines;
    ASSERT_TRUE(core.fire_next_timer(lines));
    EXPECT_LT(core.now_ns, begin_ns + 2 * kNsPerSecond);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0]["body"]["entries"].size(), 1U);
  }
}

// Its numbers must not be given twice, and what was taken since must get there.
TEST(ReplicaInPlace, WhoHasGoneBackUnnoticedCountsOnWhereItsNeighboursAre) {
  CoreHarness core({}, {7, 42}, nullptr, "g-counter");
  core.initialise({"n0", "n1"});
  const auto delta = [](const Json& fields) {
    Json body = {{"type", "gossip-delta"}, {"lives", {60, 7}}};
    body.update(fields);
    return Json{{"src", "n1"}, {"dest", "n0"}, {"body", body}};
  };
  core.ask({{"type", "add"}, {"delta", 1}});
  core.send(delta({{"confirms", 0}}));
  core.send(delta({{"confirms", 100}}));
  for (const bool compacted : {false, true}) {
    core.now_ns += kNsPerSecond;
    core.wakes.clear();
    if (compacted) core.compact();
    core.restart();
    core.worker_started(compacted ? 3 : 2);
    core.ask({{"type", "add"}, {"delta", 1}});
    std::vector<Json> lines;
    while (lines.empty()) ASSERT_TRUE(core.fire_next_timer(lines));
    EXPECT_EQ(lines.back()["body"]["interval"][0], 0);
    EXPECT_GE(lines.back()["body"]["interval"][1], 100);
  }
}

}  // namespace
}  // namespace hearsay::test
