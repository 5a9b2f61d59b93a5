// Late, overtaken, lost, under the default strategy: what each costs, in messages.
#include <gtest/gtest.h>

#include <random>

#include "common/base/units.h"
#include "tests/worker/gossip/expect_all_read.h"
#include "tests/worker/support/gossip_cluster.h"

namespace hearsay::test {
namespace {

class RelayLate : public ::testing::Test {
 protected:
  static constexpr std::size_t kNodes = 12;

  // One value every 25 ms, at nodes in turn, after a while of the same in a quiet network.
  void broadcast_for(std::int64_t duration_ns) {
    const std::int64_t end_ns = cluster_.now_ns() + duration_ns;
    while (cluster_.now_ns() < end_ns) {
      cluster_.broadcast(static_cast<std::size_t>(next_ * 7) % kNodes, next_);
      values_.push_back(next_++);
      cluster_.run_for(25 * kNsPerMs);
    }
  }
  void warm_up() {
    cluster_.run_for(kNsPerSecond);
    broadcast_for(5 * kNsPerSecond);
    cluster_.forget_sent();
  }
  // Messages that only loss, or what looks like it, makes anybody send.
  std::size_t repairs() const {
    std::size_t found = cluster_.sent("gossip-fill").size() + cluster_.sent("gossip-have").size();
    for (const auto& message : cluster_.sent("gossip-tell"))
      found += message.body.contains("urgent");
    return found;
  }
  double messages_per_value(std::int64_t duration_ns) const {
    return static_cast<double>(cluster_.sent().size()) /
           (static_cast<double>(duration_ns) / (25.0 * kNsPerMs));
  }

  GossipCluster cluster_{{.strategy = "relay"}, kNodes};
  int next_ = 100;
  Json values_ = Json::array();
};

TEST_F(RelayLate, ABatchThatComesALittleLateCostsNothing) {
  warm_up();
  const std::int64_t duration_ns = 10 * kNsPerSecond;
  broadcast_for(duration_ns);
  const double quiet = messages_per_value(duration_ns);
  cluster_.forget_sent();
  std::mt19937 dice(1);
  // As on the real Maelstrom: 30 ms now and then.
  cluster_.late_ns = [&](const auto&) { return dice() % 100 == 0 ? 30 * kNsPerMs : 0; };
  broadcast_for(duration_ns);
  EXPECT_LE(messages_per_value(duration_ns), 1.05 * quiet);
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  expect_all_read(cluster_, values_);
}

TEST_F(RelayLate, OneLostTellIsToldAgainAndNothingElseChanges) {
  warm_up();
  bool done = false;
  cluster_.lost = [&](const auto& message) {
    if (done || !message.is("gossip-tell")) return false;
    return done = true;
  };
  broadcast_for(4 * kNsPerSecond);
  ASSERT_TRUE(done);
  EXPECT_GE(repairs(), 1U);
  EXPECT_LE(repairs(), 4U);
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  expect_all_read(cluster_, values_);
}

TEST_F(RelayLate, ALostBatchIsInTheNextOne) {
  warm_up();
  int lost = 0;
  cluster_.lost = [&](const auto& message) {
    if (lost > 0 || !message.is("gossip-spread") || message.to != 5) return false;
    return ++lost > 0;
  };
  broadcast_for(2 * kNsPerSecond);
  ASSERT_EQ(lost, 1);
  EXPECT_EQ(repairs(), 0U);
}

// Of the messages 10 % are overtaken by later ones.
TEST_F(RelayLate, OvertakenIsNotLost) {
  warm_up();
  std::mt19937 dice(1);
  cluster_.late_ns = [&](const auto&) {
    return dice() % 10 == 0 ? static_cast<std::int64_t>(dice() % 200) * kNsPerMs : 0;
  };
  broadcast_for(10 * kNsPerSecond);  // it learns how late they are
  cluster_.forget_sent();
  broadcast_for(10 * kNsPerSecond);
  EXPECT_LE(repairs(), 40U);  // of 400 values
  cluster_.late_ns = nullptr;
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  expect_all_read(cluster_, values_);
}

TEST_F(RelayLate, HeavyLossMakesTellsGoTwiceAndItsEndEndsThat) {
  warm_up();
  std::mt19937 dice(1);
  cluster_.lost = [&](const auto&) { return dice() % 5 == 0; };
  broadcast_for(5 * kNsPerSecond);
  cluster_.forget_sent();
  broadcast_for(2 * kNsPerSecond);
  EXPECT_GE(cluster_.sent("gossip-tell").size(), 2 * 70U);
  cluster_.lost = nullptr;
  broadcast_for(20 * kNsPerSecond);
  cluster_.forget_sent();
  broadcast_for(2 * kNsPerSecond);
  EXPECT_LE(cluster_.sent("gossip-tell").size(), 80U);
  EXPECT_EQ(repairs(), 0U);
}

// Before anybody has measured a hop nobody is taken for dead.
TEST_F(RelayLate, LongHopsTakeNoRelayOver) {
  cluster_.late_ns = [](const auto&) { return 9 * kHopNs; };
  broadcast_for(6 * kNsPerSecond);
  for (const auto& message : cluster_.sent()) {
    EXPECT_EQ(message.body.value("epoch", 0), 0);
  }
}

// More than one message should hold: in pieces, all of the same flush.
TEST_F(RelayLate, ALargeBatchGoesInPieces) {
  warm_up();
  cluster_.run_for(2 * kNsPerSecond);
  cluster_.forget_sent();
  const std::string text(5'000, 'x');
  for (int i = 0; i < 60; ++i) cluster_.broadcast(3, text + std::to_string(i));
  cluster_.run_for(2 * kNsPerSecond);
  std::size_t longest = 0;
  for (const auto& message : cluster_.sent()) {
    longest = std::max(longest, message.body.dump().size());
  }
  EXPECT_LE(longest, 70'000U);
  EXPECT_GE(longest, 40'000U);
  ASSERT_TRUE(cluster_.run_until_silent(20 * kNsPerSecond));
  EXPECT_EQ(cluster_.read(7).size(), values_.size() + 60);
}

}  // namespace
}  // namespace hearsay::test
