// A worker's death must not be felt: with a restart after every step of every node the cluster
// sends what it would have sent, and nothing that was owed, flushed or told is forgotten.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "common/base/units.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

constexpr std::size_t kClusterSize = 6;

enum class Death { none, restart, compacted };

// After each step of a node its worker dies, as `death` says.
void let_die(GossipCluster& cluster, Death death) {
  cluster.after_step = [&cluster, death, dying = false](std::size_t node) mutable {
    if (death == Death::none || dying) return;  // start() is a step as well
    dying = true;
    if (death == Death::compacted) cluster.core(node).compact();
    cluster.restart(node);
    dying = false;
  };
}

class Deaths : public ::testing::TestWithParam<std::tuple<std::string, std::int64_t, Death>> {
 protected:
  static constexpr std::size_t kEarlyValues = 80;  // then everyone has measured hops for long
  static constexpr std::size_t kValues = 60;       // after that

  static Death death() { return std::get<2>(GetParam()); }
  static GossipOptions options() {
    return {.strategy = std::get<0>(GetParam()), .latency_budget_ms = std::get<1>(GetParam())};
  }
  // What a run sent, apart from when: reports and exchanges differ in their random choices.
  struct Outcome {
    std::vector<Json> reads;
    std::map<std::string, std::size_t> messages;  // by type
  };
  static Outcome run(Death death, const std::function<bool(const GossipCluster::Sent&)>& lost) {
    GossipCluster cluster(options(), kClusterSize);
    for (std::size_t i = 0; i < kEarlyValues; ++i) {
      cluster.broadcast(i * 5 % kClusterSize, "early " + std::to_string(i));
      cluster.run_for(100 * kNsPerMs);
    }
    EXPECT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
    cluster.forget_sent();
    const std::int64_t start_ns = cluster.now_ns();
    cluster.lost = [&](const GossipCluster::Sent& message) {
      return lost && message.at_ns < start_ns + 3 * kNsPerSecond && lost(message);
    };
    let_die(cluster, death);
    for (std::size_t i = 0; i < kValues; ++i) {
      cluster.broadcast(i * 5 % kClusterSize, 100 + i);
      cluster.run_for(30 * kNsPerMs);
    }
    cluster.run_for(3 * kNsPerSecond);
    // Who has reported is not in the journal: while everyone dies at every step, all ask for ever.
    cluster.after_step = {};
    EXPECT_TRUE(cluster.run_until_silent(60 * kNsPerSecond));
    Outcome outcome;
    for (std::size_t node = 0; node < kClusterSize; ++node)
      outcome.reads.push_back(cluster.read(node));
    for (const auto& message : cluster.sent()) {
      ++outcome.messages[message.body["type"].get<std::string>()];
    }
    return outcome;
  }
};

TEST_P(Deaths, AfterEveryStepLoseNothing) {
  const Outcome undisturbed = run(Death::none, {});
  const Outcome disturbed = run(death(), {});
  ASSERT_EQ(undisturbed.reads.at(0).size(), kEarlyValues + kValues);
  EXPECT_EQ(disturbed.reads, undisturbed.reads);
}

// With every seventh message lost too, in the order in which they are sent.
TEST_P(Deaths, AndLossTogetherLoseNothing) {
  const auto lossy = [count = 0](const GossipCluster::Sent&) mutable { return ++count % 7 == 0; };
  EXPECT_EQ(run(death(), lossy).reads, run(Death::none, {}).reads);
}

class RelayDeaths : public Deaths {};

TEST_P(RelayDeaths, CostNoMessage) {
  const Outcome undisturbed = run(Death::none, {});
  const Outcome disturbed = run(death(), {});
  for (const std::string type : {"gossip-tell", "gossip-spread", "gossip-fill"}) {
    const auto count = [&](const Outcome& outcome) {
      const auto found = outcome.messages.find(type);
      return found == outcome.messages.end() ? 0 : found->second;
    };
    EXPECT_EQ(count(disturbed), count(undisturbed)) << type;
  }
}

std::string name(Death death) {
  return death == Death::restart ? "Restarted" : "Compacted";
}

std::string name_of_case(const ::testing::TestParamInfo<Deaths::ParamType>& info) {
  const auto& [strategy, budget_ms, death] = info.param;
  return std::string(strategy).append(std::to_string(budget_ms)).append(name(death));
}

const auto kDeaths = ::testing::Values(Death::restart, Death::compacted);
INSTANTIATE_TEST_SUITE_P(Relay, Deaths,
                         ::testing::Combine(::testing::Values("relay"),
                                            ::testing::Values(90, 160, 390, 1000), kDeaths),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Epidemic, Deaths,
                         ::testing::Combine(::testing::Values("epidemic"), ::testing::Values(400),
                                            kDeaths),
                         name_of_case);
INSTANTIATE_TEST_SUITE_P(Relay, RelayDeaths,
                         ::testing::Combine(::testing::Values("relay"),
                                            ::testing::Values(90, 160, 390, 1000), kDeaths),
                         name_of_case);

class OneDeath : public ::testing::TestWithParam<Death> {
 protected:
  static void kill(GossipCluster& cluster, std::size_t node) {
    if (GetParam() == Death::compacted) cluster.core(node).compact();
    cluster.restart(node);
  }
};

TEST_P(OneDeath, WhatARelayOwesIsSentOnceAndInTime) {
  GossipCluster cluster({.strategy = "relay"}, kClusterSize);
  cluster.broadcast(1, 1);
  cluster.run_for(150 * kNsPerMs);
  cluster.forget_sent();
  cluster.broadcast(2, 2);
  cluster.run_for(kHopNs);  // n0 has it; the next batch is due later
  kill(cluster, 0);
  ASSERT_TRUE(cluster.sent("gossip-spread").empty());
  cluster.run_for(220 * kNsPerMs);
  EXPECT_EQ(cluster.sent("gossip-spread").size(), kClusterSize - 1);
  kill(cluster, 0);
  cluster.run_for(2 * kNsPerSecond);
  EXPECT_EQ(cluster.sent("gossip-spread").size(), kClusterSize - 1);
}

TEST_P(OneDeath, AToldValueIsStillAwaited) {
  GossipCluster cluster({.strategy = "relay"}, kClusterSize);
  cluster.broadcast(1, 1);
  cluster.run_for(kNsPerSecond);
  cluster.lost = [](const auto& message) { return message.is("gossip-tell"); };
  cluster.broadcast(3, 2);
  // Repair would bring the value round as well.
  cluster.lost = [](const auto& message) {
    return message.is("gossip-have") || message.is("gossip-fill");
  };
  kill(cluster, 3);
  cluster.run_for(3 * kNsPerSecond);
  EXPECT_EQ(cluster.read(5), Json({1, 2}));
  cluster.lost = nullptr;
  EXPECT_TRUE(cluster.run_until_silent(10 * kNsPerSecond));
}

TEST_P(OneDeath, AValueThatCameBackIsNotToldAgain) {
  GossipCluster cluster({.strategy = "relay"}, kClusterSize);
  cluster.broadcast(3, 2);
  cluster.run_for(400 * kNsPerMs);
  kill(cluster, 3);
  cluster.run_for(5 * kNsPerSecond);
  EXPECT_EQ(cluster.sent("gossip-tell").size(), 1U);
}

TEST_P(OneDeath, TheHighestEpochIsRemembered) {
  GossipCluster cluster({.strategy = "relay"}, kClusterSize);
  cluster.run_for(kNsPerSecond);
  cluster.lost = [](const auto& message) { return message.from == 0 || message.to == 0; };
  cluster.broadcast(2, 1);
  cluster.run_for(2 * kNsPerSecond);
  kill(cluster, 4);
  cluster.forget_sent();
  cluster.broadcast(4, 2);
  ASSERT_EQ(cluster.sent().size(), 1U);
  EXPECT_EQ(cluster.sent()[0].to, 2U);
}

TEST_P(OneDeath, WhoAgreedStaysSilent) {
  for (const char* strategy : {"relay", "epidemic"}) {
    GossipCluster cluster({.strategy = strategy}, kClusterSize);
    cluster.broadcast(2, 1);
    ASSERT_TRUE(cluster.run_until_silent(10 * kNsPerSecond));
    cluster.forget_sent();
    for (std::size_t node = 0; node < kClusterSize; ++node) kill(cluster, node);
    EXPECT_TRUE(cluster.run_until_silent(10 * kNsPerSecond));
    EXPECT_TRUE(cluster.sent().empty()) << strategy;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, OneDeath, kDeaths,
                         [](const auto& which) { return name(which.param); });

// With --state-dir a node may be started again with another strategy.
TEST(OtherStrategy, AJournalIsReadByEveryStrategy) {
  const std::vector<std::string> strategies{"relay", "epidemic", "flood", "push"};
  for (const std::string& first : strategies) {
    for (const std::string& second : strategies) {
      for (const bool compacted : {false, true}) {
        CoreHarness core({.strategy = first});
        core.initialise();
        for (int i = 0; i < 20; ++i) {
          core.ask({{"type", "broadcast"}, {"message", i}});
          std::vector<Json> lines;
          core.fire_next_timer(lines);
        }
        const Json before = core.ask({{"type", "read"}})["messages"];
        if (compacted) core.compact();
        core.restart_as({.strategy = second});
        core.worker_started(2);
        EXPECT_EQ(core.ask({{"type", "read"}})["messages"], before) << first << ", " << second;
      }
    }
  }
}

}  // namespace
}  // namespace hearsay::test
