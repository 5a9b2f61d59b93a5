#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "common/base/units.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

constexpr const char* kWorkload = "txn-rw-register";

Json read(const Json& key) {
  return {"r", key, nullptr};
}
Json write(const Json& key, const Json& value) {
  return {"w", key, value};
}
using Steps = std::vector<Json>;

Json txn(const Json& steps) {
  return {{"type", "txn"}, {"txn", steps}};
}

class RwRegisters : public ::testing::Test {
 protected:
  RwRegisters() { core_.initialise(); }
  Json run(const Steps& steps) {
    const Json answer = core_.ask(txn(steps));
    EXPECT_EQ(answer["type"], "txn_ok") << answer;
    return answer["txn"];
  }

  CoreHarness core_{{}, {7, 42}, nullptr, kWorkload};
};

TEST_F(RwRegisters, ReadsSeeWhatWasWrittenLast) {
  EXPECT_EQ(run({read(1)}), Json(Steps{read(1)}));
  EXPECT_EQ(run({write(1, 5), write(2, "x")}), Json({{"w", 1, 5}, {"w", 2, "x"}}));
  EXPECT_EQ(run({read(1), read(2), read(3)}),
            Json({{"r", 1, 5}, {"r", 2, "x"}, {"r", 3, nullptr}}));
  EXPECT_EQ(run({}), Json::array());
}

TEST_F(RwRegisters, ATransactionSeesItsOwnWritesInOrder) {
  EXPECT_EQ(run({read(1), write(1, 9), read(1), write(1, 2), read(1)}),
            Json({{"r", 1, nullptr}, {"w", 1, 9}, {"r", 1, 9}, {"w", 1, 2}, {"r", 1, 2}}));
  EXPECT_EQ(run({read(1)})[0], Json({"r", 1, 2}));
}

TEST_F(RwRegisters, KeysAndValuesAreAnyJson) {
  run({write({{"b", 1}, {"a", 2}}, {1, nullptr, {{"k", "v"}}})});
  EXPECT_EQ(run({read({{"a", 2}, {"b", 1}})})[0][2], Json({1, nullptr, {{"k", "v"}}}));
  run({write("1", "text")});
  EXPECT_EQ(run({read(1)})[0][2], nullptr);
}

TEST_F(RwRegisters, AShortTransactionThatReadsTooMuchIsRefusedAndNotDone) {
  run({write(1, std::string(1024 * 1024, 'x'))});
  Steps steps(15, read(1));
  EXPECT_EQ(run(steps).size(), 15U);
  steps.push_back(read(1));
  steps.push_back(write(2, 5));
  EXPECT_EQ(core_.ask(txn(steps))["code"], 12);
  EXPECT_EQ(run({read(2)})[0][2], nullptr);
}

TEST_F(RwRegisters, WhatIsNoTransactionChangesNothing) {
  for (const char* bad :
       {R"(5)", R"({})", R"([5])", R"([["w",1]])", R"([["w",1,2],["append",1,2]])",
        R"([["w",1,2],["w",1,2,3]])", R"([["w",1,2],[1,1,2]])", R"([["w",1,2],{}])"}) {
    EXPECT_EQ(core_.ask(txn(Json::parse(bad)))["code"], 12) << bad;
  }
  EXPECT_EQ(core_.ask({{"type", "txn"}})["code"], 12);
  EXPECT_EQ(run({read(1)})[0][2], nullptr);
}

TEST_F(RwRegisters, SurviveTheirWorkers) {
  for (int i = 0; i < 30; ++i) {
    run({write(i % 7, i), write("last", i)});
    if (i % 5 == 0) core_.compact();
    core_.restart();
    EXPECT_EQ(run({read(i % 7), read("last")}), Json({{"r", i % 7, i}, {"r", "last", i}}));
  }
}

// The time of the key's value, as the node tells others; 0: it told none.
std::int64_t told_time(CoreHarness& core, const Json& key) {
  std::vector<Json> lines;
  for (int i = 0; i < 10 && core.fire_next_timer(lines); ++i) {
    for (const Json& line : lines) {
      const Json entries = line["body"].value("entries", Json::array());
      for (const Json& entry : entries) {
        if (entry[0] == key) return entry[2].get<std::int64_t>();
      }
    }
  }
  return 0;
}

// The clock of n1 is an hour ahead. Who has seen its write comes after it.
TEST_F(RwRegisters, WhatIsWrittenLaterCountsWhateverTheClocksSay) {
  const std::int64_t ahead_ns = core_.now_ns + 3600 * kNsPerSecond;
  core_.send(delta_from("n1", 60, {0, 1}, {{1, "ahead", ahead_ns, 1}}));
  EXPECT_EQ(run({read(1)})[0][2], "ahead");
  for (const bool back : {false, true}) {
    if (back) core_.now_ns -= 10 * kNsPerSecond;
    run({write(1, "later"), write(2, back)});
    EXPECT_EQ(run({read(1), read(2)}), Json({{"r", 1, "later"}, {"r", 2, back}}));
    EXPECT_GT(told_time(core_, 1), ahead_ns) << "others are to prefer it, too";
    core_.compact();
    core_.restart();
    core_.wakes.clear();
    core_.worker_started(2);
  }
}

// No node's clock is so late. What follows would be a time that no other node takes.
TEST_F(RwRegisters, WhereNoTimeIsLeftNothingIsWritten) {
  core_.send(delta_from("n1", 60, {0, 1}, {{1, "last", std::uint64_t{1} << 60, 1}}));
  const std::string journal = core_.journal();
  EXPECT_EQ(core_.ask(txn({read(1), write(2, 5)}))["code"], 14);
  EXPECT_EQ(core_.journal(), journal);
  core_.restart();
  EXPECT_EQ(run({read(1), read(2)}), Json({{"r", 1, "last"}, {"r", 2, nullptr}}));
}

// Each transaction writes its number to all keys; whoever reads them sees one number.
TEST(RwRegistersCluster, TransactionsArriveWhole) {
  constexpr int kKeys = 5;
  Json reads = Json::array();
  for (int key = 0; key < kKeys; ++key) reads.push_back(read(key));
  for (const bool dying : {false, true}) {
    std::mt19937 random(5);
    GossipCluster cluster({}, 3, 0, nullptr, kWorkload);
    cluster.lost = [&random](const auto&) { return random() % 4 == 0; };
    cluster.late_ns = [&random](const auto&) {
      return static_cast<std::int64_t>(random() % 700) * kNsPerMs;
    };
    for (int number = 0; number < 300; ++number) {
      Json writes = Json::array();
      for (int key = 0; key < kKeys; ++key) writes.push_back(write(key, number));
      cluster.ask(random() % 3, txn(writes));
      cluster.run_for(static_cast<std::int64_t>(random() % 200) * kNsPerMs);
      if (dying && number % 10 == 0) cluster.lose_everything(random() % 3);
      for (std::size_t node = 0; node < 3; ++node) {
        const Json seen = cluster.ask(node, txn(reads))["txn"];
        for (const Json& step : seen) ASSERT_EQ(step[2], seen[0][2]) << seen;
      }
    }
    cluster.lost = nullptr;
    ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
    const Json seen = cluster.ask(0, txn(reads))["txn"];
    for (std::size_t node = 1; node < 3; ++node) {
      EXPECT_EQ(cluster.ask(node, txn(reads))["txn"], seen);
    }
  }
}

// Also while a large interval is staged, and whoever goes back, and how far.
TEST(RwRegistersCluster, AllAgreeAlthoughStatesGoBack) {
  Json reads = Json::array();
  for (int key = 0; key < 4; ++key) reads.push_back(read(key));
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    GossipCluster cluster({}, 3, 0, nullptr, kWorkload);
    std::vector<std::vector<CoreHarness::State>> states(3);
    const auto go_on = [&](int steps) {
      for (int i = 0; i < steps; ++i) {
        cluster.ask(random() % 3, txn({write(static_cast<int>(random() % 4), random() % 1000)}));
        cluster.run_for(static_cast<std::int64_t>(random() % 200) * kNsPerMs);
        for (std::size_t node = 0; node < 3; ++node) {
          states[node].push_back(cluster.core(node).state());
        }
      }
    };
    go_on(20);
    for (int times = 0; times < 3; ++times) {
      const std::size_t node = random() % 3;
      cluster.go_back(node, states[node][states[node].size() - 1 - random() % 5]);
      states[node].clear();
      go_on(5);
    }
    ASSERT_TRUE(cluster.run_until_silent(60 * kNsPerSecond)) << seed;
    const Json seen = cluster.ask(0, txn(reads))["txn"];
    for (std::size_t node = 1; node < 3; ++node) {
      EXPECT_EQ(cluster.ask(node, txn(reads))["txn"], seen) << "seed " << seed;
    }
  }
}

// As many keys as need several lines. Each transaction writes its number to some of them and to two
// others, which are the first and the last to be sent.
class LargeRegisters : public ::testing::TestWithParam<bool> {
 protected:
  static constexpr std::uint64_t kLineBytes = 4096;
  static constexpr int kKeys = 200;

  LargeRegisters() {
    cluster_.lost = [this](const GossipCluster::Sent& message) {
      EXPECT_LE(message.body.dump().size(), kLineBytes);
      return is_cut_ || (is_lossy_ && random_() % 4 == 0);
    };
    cluster_.late_ns = [this](const auto&) {
      return is_lossy_ ? static_cast<std::int64_t>(random_() % 900) * kNsPerMs : 0;
    };
    if (GetParam()) {
      cluster_.after_step = [this, dying = false](std::size_t node) mutable {
        if (std::exchange(dying, true)) return;
        if (random_() % 8 == 0) cluster_.core(node).compact();
        if (random_() % 4 == 0) cluster_.restart(node);
        dying = false;
      };
    }
  }
  void write_all(std::size_t node) {
    for (int key = 0; key < kKeys; key += 10) write_some(node, key);
  }
  void write_some(std::size_t node, int first) {
    ++number_;
    Json writes = Json::array({write("a", number_), write("z", number_)});
    for (int key = first; key < first + 10; ++key) writes.push_back(write(key, number_));
    cluster_.ask(node, txn(writes));
  }
  // What the node has for all keys, at one time, in several transactions.
  std::vector<Json> read_all(std::size_t node) {
    std::vector<Json> values;
    for (int first = 0; first < kKeys; first += 50) {
      Json reads = Json::array();
      for (int key = first; key < first + 50; ++key) reads.push_back(read(key));
      const Json answer = cluster_.ask(node, txn(reads));
      EXPECT_EQ(answer["type"], "txn_ok") << answer;
      for (const Json& step : answer["txn"]) values.push_back(step[2]);
    }
    return values;
  }
  // Whether the node has seen the last transaction. None is ever seen in part.
  bool look(std::size_t node) {
    const Json ends = cluster_.ask(node, txn(Steps{read("a"), read("z")}))["txn"];
    EXPECT_EQ(ends[0][2], ends[1][2]);
    const std::vector<Json> values = read_all(node);
    for (std::size_t key = 0; key < values.size(); ++key) {
      EXPECT_EQ(values[key], values[key / 10 * 10]) << "key " << key;
    }
    return ends[0][2] == number_ && !values.back().is_null();
  }
  // Nobody writes meanwhile, or somebody does, to keys that were sent already or will be.
  void bring_to(std::size_t node, bool while_written) {
    for (int i = 0; i < 300 && !HasFailure(); ++i) {
      cluster_.run_for(100 * kNsPerMs);
      if (while_written && i < 20) write_some(0, static_cast<int>(random_() % 20) * 10);
      if (look(node)) return;
    }
    FAIL() << "it never got there";
  }

  std::mt19937 random_{7};
  bool is_cut_ = false;
  bool is_lossy_ = false;
  int number_ = 0;
  GossipCluster cluster_{{.max_line_bytes = kLineBytes}, 2, 0, nullptr, kWorkload};
};

TEST_P(LargeRegisters, AreSeenWhenTheLastPieceHasCome) {
  is_cut_ = true;
  write_all(0);
  cluster_.run_for(kNsPerSecond);
  EXPECT_FALSE(look(1));
  is_cut_ = false;
  bring_to(1, false);
  EXPECT_GT(cluster_.sent("gossip-delta").size(), 3U);
  ASSERT_TRUE(cluster_.run_until_silent(60 * kNsPerSecond));
}

TEST_P(LargeRegisters, AreSeenWholeWhileTheyAreWritten) {
  for (int round = 0; round < 3 && !HasFailure(); ++round) {
    is_cut_ = true;
    write_all(0);
    cluster_.run_for(kNsPerSecond);
    is_cut_ = false;
    is_lossy_ = round % 2 == 1;
    bring_to(1, true);
  }
}

// From the other, which has lost everything and begins to get it back while the first one dies.
TEST_P(LargeRegisters, SurviveNewLivesInTheMiddle) {
  write_all(0);
  bring_to(1, false);
  for (int round = 0; round < 3 && !HasFailure(); ++round) {
    cluster_.lose_everything(1);
    cluster_.run_for(static_cast<std::int64_t>(random_() % 1500) * kNsPerMs);
    look(1);
    if (round % 2 == 0) cluster_.lose_everything(1);
    write_some(0, 0);
    bring_to(1, true);
  }
}

INSTANTIATE_TEST_SUITE_P(Workers, LargeRegisters, ::testing::Bool(),
                         [](const auto& dying) { return dying.param ? "die" : "live"; });

// What a node writes after it has read is never seen without what it had read.
TEST(RwRegistersCluster, CausesArriveBeforeTheirEffects) {
  std::mt19937 random(6);
  GossipCluster cluster({}, 4, 0, nullptr, kWorkload);
  cluster.lost = [&random](const auto&) { return random() % 3 == 0; };
  for (int number = 1; number < 200; ++number) {
    // Key 1 follows key 0: whoever has seen a value there writes it here.
    cluster.ask(0, txn(Steps{write(0, number)}));
    const std::size_t node = 1 + random() % 3;
    const Json seen = cluster.ask(node, txn(Steps{read(0)}))["txn"][0][2];
    if (!seen.is_null()) cluster.ask(node, txn(Steps{write(1, seen)}));
    cluster.run_for(static_cast<std::int64_t>(random() % 300) * kNsPerMs);
    for (std::size_t reader = 0; reader < 4; ++reader) {
      const Json both = cluster.ask(reader, txn(Steps{read(0), read(1)}))["txn"];
      if (both[1][2].is_null()) continue;
      ASSERT_FALSE(both[0][2].is_null()) << both;
      ASSERT_GE(both[0][2], both[1][2]) << both;
    }
  }
}

}  // namespace
}  // namespace hearsay::test
