// What the network does to messages between nodes when something is wrong with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/experiment/network/network_fixture.h"

namespace hearsay::bench {
namespace {

using NetworkFaultsTest = NetworkTest;

constexpr int kManyMessages = 4000;
constexpr double kProbability = 0.25;
constexpr double kFewerOrMore = 140;  // 5 standard deviations

NetworkOptions with(const WireOptions& wire, std::int64_t latency_ms = 0) {
  NetworkOptions options{{latency_ms}, true, wire};
  return options;
}

TEST_F(NetworkFaultsTest, LossHasItsProbability) {
  const Network& network = make(with({kProbability, 0, 0}));
  for (int i = 0; i < kManyMessages; ++i) send_at(i, "n0", "n1", "x");
  test::run_virtually(heap_);
  const auto lost = network.hit_by(Fault::loss);
  EXPECT_NEAR(static_cast<double>(lost), kManyMessages * kProbability, kFewerOrMore);
  EXPECT_EQ(got(1).size(), static_cast<std::size_t>(kManyMessages - lost));
  EXPECT_EQ(network.server_messages().sent, kManyMessages) << "lost ones count as sent";
  EXPECT_EQ(network.lost(), lost);
}

TEST_F(NetworkFaultsTest, ClientsAreSpared) {
  const Network& network = make(with({1, 1, 1}));
  send_at(0, "c0", "n1", "request");
  send_at(1, "n1", "c0", "reply");
  send_at(2, "n0", "n1", "lost");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{0, "request"}}));
  EXPECT_EQ(listener_.heard, (Times{{1, body("reply")}}));
  EXPECT_EQ(network.hit_by(Fault::loss), 1);
}

TEST_F(NetworkFaultsTest, DuplicatesArriveTwiceAndCountAsSentOnce) {
  const Network& network = make(with({0, kProbability, 0}, 10));
  for (int i = 0; i < kManyMessages; ++i) send_at(i, "n0", "n1", "x");
  test::run_virtually(heap_);
  const auto twice = network.hit_by(Fault::duplicate);
  EXPECT_NEAR(static_cast<double>(twice), kManyMessages * kProbability, kFewerOrMore);
  EXPECT_EQ(network.server_messages().sent, kManyMessages);
  EXPECT_EQ(network.server_messages().received, kManyMessages + twice);
  EXPECT_EQ(got(1).size(), static_cast<std::size_t>(kManyMessages + twice));
  EXPECT_EQ(network.lost(), 0);
}

TEST_F(NetworkFaultsTest, ADuplicateHasALatencyOfItsOwn) {
  make({{100, LatencyDistribution::uniform}, false, {0, 1, 0}});
  send_at(0, "n0", "n1", "x");
  test::run_virtually(heap_);
  ASSERT_EQ(got(1).size(), 2U);
  EXPECT_NE(got(1)[0].first, got(1)[1].first);
  EXPECT_EQ(nodes_.arrivals[0].message, nodes_.arrivals[1].message);
}

TEST_F(NetworkFaultsTest, DuplicatesLeaveTheOtherLatenciesAlone) {
  const auto first_arrivals = [](double duplicate) {
    struct Once : NetworkTest {
      using NetworkTest::got, NetworkTest::heap_, NetworkTest::make, NetworkTest::send_at;
      void TestBody() override {}
    };
    Once once;
    once.make({{100, LatencyDistribution::uniform}, false, {0, duplicate, 0}});
    for (int i = 0; i < 20; ++i) once.send_at(1000 * i, "n0", "n1", "x");
    test::run_virtually(once.heap_);
    std::vector<std::int64_t> times;
    for (const auto& [time_ms, word] : once.got(1)) times.push_back(time_ms);
    return times;
  };
  const auto alone = first_arrivals(0);
  const auto among_copies = first_arrivals(1);
  EXPECT_EQ(among_copies.size(), 2 * alone.size());
  EXPECT_TRUE(std::includes(among_copies.begin(), among_copies.end(), alone.begin(), alone.end()));
}

// In both modes of the queue: a delayed message must not hold up those that overtake it.
class Reordering : public NetworkTest, public testing::WithParamInterface<bool> {};

TEST_P(Reordering, LaterMessagesOvertake) {
  NetworkOptions options = with({0, 0, 1});
  options.head_of_line_blocking = GetParam();
  options.wire.longest_delay_ms = 1000;
  Network& network = make(options);
  heap_.at(5 * kNsPerMs, [&](std::int64_t) { network.turn(Fault::reorder, false); });
  send_at(0, "n0", "n1", "delayed");
  send_at(10, "n0", "n1", "overtakes");
  test::run_virtually(heap_);
  ASSERT_EQ(got(1).size(), 2U);
  EXPECT_EQ(got(1)[0], (std::pair<std::int64_t, std::string>{10, "overtakes"}));
  EXPECT_EQ(got(1)[1].second, "delayed");
  EXPECT_GT(got(1)[1].first, 10);
  EXPECT_LE(got(1)[1].first, 1000);
  EXPECT_EQ(network.hit_by(Fault::reorder), 1);
}

INSTANTIATE_TEST_SUITE_P(Queues, Reordering, testing::Bool());

TEST_F(NetworkFaultsTest, FaultsOnTheWireCanBeTurnedOffAndOn) {
  Network& network = make(with({1, 0, 0}));
  heap_.at(5 * kNsPerMs, [&](std::int64_t) { network.turn(Fault::loss, false); });
  heap_.at(15 * kNsPerMs, [&](std::int64_t) { network.turn(Fault::loss, true); });
  send_at(0, "n0", "n1", "lost");
  send_at(10, "n0", "n1", "arrives");
  send_at(20, "n0", "n1", "lost again");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{10, "arrives"}}));
}

TEST_F(NetworkFaultsTest, AOneWayCutLeavesTheOtherDirection) {
  Network& network = make({});
  Grudge grudge(3, std::vector<bool>(3, false));
  grudge[1][0] = true;
  network.cut(Fault::one_way, grudge);
  send_at(0, "n0", "n1", "cut off");
  send_at(0, "n1", "n0", "open");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), Times());
  EXPECT_EQ(got(0), (Times{{0, "open"}}));
  EXPECT_EQ(network.hit_by(Fault::one_way), 1);
}

TEST_F(NetworkFaultsTest, PartitionAndOneWayCutsHealOnTheirOwn) {
  Network& network = make({});
  Grudge partition(3, std::vector<bool>(3, false));
  partition[1][0] = true;
  Grudge one_way(3, std::vector<bool>(3, false));
  one_way[2][0] = true;
  network.cut(Fault::partition, partition);
  network.cut(Fault::one_way, one_way);
  heap_.at(5 * kNsPerMs, [&](std::int64_t) { network.heal(Fault::partition); });
  for (const char* dest : {"n1", "n2"}) {
    send_at(0, "n0", dest, "cut off");
    send_at(10, "n0", dest, "healed?");
  }
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{10, "healed?"}}));
  EXPECT_EQ(got(2), Times());
  EXPECT_EQ(network.hit_by(Fault::partition), 1);
  EXPECT_EQ(network.hit_by(Fault::one_way), 2);
}

// The ways in which a message can be on its way to a node that dies: held by the taker, behind it
// in the queue, delayed on the wire, sent while the node is down.
TEST_F(NetworkFaultsTest, WhatIsOnItsWayToADyingNodeIsGone) {
  NetworkOptions options = with({0, 0, 1}, 100);
  options.wire.longest_delay_ms = 1000;
  Network& network = make(options);
  network.turn(Fault::reorder, false);
  send_at(0, "n0", "n1", "held");
  send_at(1, "n0", "n1", "queued");
  send_at(2, "c0", "n1", "queued from a client");
  heap_.at(3 * kNsPerMs, [&](std::int64_t) { network.turn(Fault::reorder, true); });
  send_at(4, "n0", "n1", "delayed");
  heap_.at(5 * kNsPerMs, [&](std::int64_t) { network.turn(Fault::reorder, false); });
  heap_.at(5 * kNsPerMs, [&](std::int64_t now_ns) { network.take_down(now_ns, 1); });
  send_at(6, "n0", "n1", "sent to the dead");
  send_at(7, "c0", "n1", "asks the dead");
  heap_.at(8 * kNsPerMs, [&](std::int64_t) { network.bring_up(1); });
  send_at(9, "n0", "n1", "fresh");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{109, "fresh"}}));
  EXPECT_EQ(network.hit_by(Fault::kill), 4) << "clients' requests aren't counted";
  EXPECT_EQ(network.lost(), 4);
}

TEST_F(NetworkFaultsTest, ANodeThatDidNotReadIsFreshAfterItsRestart) {
  Network& network = make({});
  nodes_.swallows = false;
  send_at(0, "n0", "n1", "stuck in its pipe");
  heap_.at(1 * kNsPerMs, [&](std::int64_t now_ns) {
    network.take_down(now_ns, 1);
    nodes_.swallows = true;
    network.bring_up(1);
  });
  send_at(2, "n0", "n1", "fresh");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{0, "stuck in its pipe"}, {2, "fresh"}}));
}

}  // namespace
}  // namespace hearsay::bench
