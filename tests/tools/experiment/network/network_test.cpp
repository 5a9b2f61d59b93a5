// The network in virtual time.
#include "tools/experiment/network/network.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/experiment/network/network_fixture.h"

namespace hearsay::bench {
namespace {

TEST_F(NetworkTest, DeliversTheEnvelopeWithAnId) {
  make({});
  send_at(0, "c0", "n0", "first");
  send_at(1, "n0", "n1", "second");
  test::run_virtually(heap_);
  ASSERT_EQ(nodes_.arrivals.size(), 2U);
  EXPECT_EQ(nodes_.arrivals[1].message,
            nlohmann::json::parse(R"({"id":1,"src":"n0","dest":"n1","body":{"type":"second"}})"));
}

TEST_F(NetworkTest, LatencyAppliesBetweenNodesOnly) {
  make({{100, LatencyDistribution::constant}, true});
  send_at(0, "n0", "n1", "peer");
  send_at(0, "c0", "n2", "request");
  send_at(5, "n2", "c0", "reply");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{100, "peer"}}));
  EXPECT_EQ(got(2), (Times{{0, "request"}}));
  EXPECT_EQ(listener_.heard, (Times{{5, body("reply")}}));
}

TEST_F(NetworkTest, WhatArrivesBehindAHeldMessageWaits) {
  make({{100, LatencyDistribution::constant}, true});
  send_at(0, "n0", "n1", "held");
  send_at(30, "c0", "n1", "request");
  send_at(40, "n0", "n1", "next");
  send_at(120, "c0", "n1", "waits for next");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1),
            (Times{{100, "held"}, {100, "request"}, {140, "next"}, {140, "waits for next"}}));
}

TEST_F(NetworkTest, WithoutBlockingEveryMessageComesWhenItIsDue) {
  make({{100, LatencyDistribution::constant}, false});
  send_at(0, "n0", "n1", "peer");
  send_at(30, "c0", "n1", "request");
  send_at(40, "n0", "n1", "next");
  send_at(120, "c0", "n1", "second request");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1),
            (Times{{30, "request"}, {100, "peer"}, {120, "second request"}, {140, "next"}}));
}

TEST_F(NetworkTest, ANodeThatDoesNotReadHoldsUpNobodyElse) {
  Network& network = make({});
  nodes_.swallows = false;
  send_at(0, "c0", "n1", "stuck");
  send_at(1, "c0", "n1", "behind");
  send_at(2, "c0", "n2", "elsewhere");
  heap_.at(50 * kNsPerMs, [&](std::int64_t now_ns) { network.node_ready(now_ns, 1); });
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{0, "stuck"}, {50, "behind"}}));
  EXPECT_EQ(got(2), (Times{{2, "elsewhere"}}));
}

TEST_F(NetworkTest, APartitionDropsWhenTheReceiverWouldTake) {
  Network& network = make({{100, LatencyDistribution::constant}, false});
  Grudge grudge(3, std::vector<bool>(3, false));
  grudge[1][0] = true;
  heap_.at(50 * kNsPerMs, [&](std::int64_t) { network.cut(Fault::partition, grudge); });
  heap_.at(250 * kNsPerMs, [&](std::int64_t) { network.heal(Fault::partition); });
  send_at(0, "n0", "n1", "under way when it starts");
  send_at(0, "n1", "n0", "the other direction is open");
  send_at(60, "c0", "n1", "clients are never cut off");
  send_at(200, "n0", "n1", "due after it has healed");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{60, "clients are never cut off"}, {300, "due after it has healed"}}));
  EXPECT_EQ(got(0), (Times{{100, "the other direction is open"}}));
  EXPECT_EQ(network.server_messages().sent, 3);
  EXPECT_EQ(network.server_messages().received, 2);
  EXPECT_EQ(network.hit_by(Fault::partition), 1);
}

// Maelstrom's taker looks at the partition before it holds the message, not after.
TEST_F(NetworkTest, AHeldMessageHasPassedThePartition) {
  Network& network = make({{100, LatencyDistribution::constant}, true});
  const Grudge grudge(3, std::vector<bool>(3, true));
  heap_.at(50 * kNsPerMs, [&](std::int64_t) { network.cut(Fault::partition, grudge); });
  send_at(0, "n0", "n1", "held since 0");
  send_at(10, "n0", "n1", "behind it");
  test::run_virtually(heap_);
  EXPECT_EQ(got(1), (Times{{100, "held since 0"}}));
}

TEST_F(NetworkTest, UnknownNamesAreRefusedInWords) {
  Network& network = make({});
  const auto nobody = network.send(0, "n0", "n9", "{}", "");
  ASSERT_TRUE(nobody);
  EXPECT_EQ(nobody->kind, Refusal::Kind::unknown_destination);
  EXPECT_EQ(nobody->reason, "unknown destination \"n9\"");
  const auto stranger = network.send(0, "n7", "n0", "{}", "");
  ASSERT_TRUE(stranger);
  EXPECT_EQ(stranger->kind, Refusal::Kind::unknown_source);
  network.remove_client("c0", 5 * kNsPerSecond);
  const auto late = network.send(7 * kNsPerSecond, "n0", "c0", "{}", "");
  ASSERT_TRUE(late);
  EXPECT_EQ(late->kind, Refusal::Kind::late_reply);
  EXPECT_EQ(late->late_ns, 2 * kNsPerSecond);
  EXPECT_NE(late->reason.find("late reply"), std::string::npos);
  EXPECT_EQ(network.client_messages().sent, 0);
}

TEST_F(NetworkTest, CountsWhatClientsTookOnly) {
  Network& network = make({});
  listener_.waits = false;
  send_at(0, "c0", "n0", "request");
  send_at(1, "n0", "c0", "unexpected");
  test::run_virtually(heap_);
  EXPECT_EQ(network.client_messages().sent, 2);
  EXPECT_EQ(network.client_messages().received, 1);
  network.count_late_receipts(1);
  EXPECT_EQ(network.client_messages().received, 2);
}

class Distributions : public NetworkTest,
                      public testing::WithParamInterface<LatencyDistribution> {};

TEST_P(Distributions, HaveTheMean) {
  make({{50, GetParam()}, false});
  constexpr int kMessages = 4000;
  for (int i = 0; i < kMessages; ++i) send_at(0, "n0", "n1", "x");
  test::run_virtually(heap_);
  double sum = 0;
  for (const auto& [time_ms, word] : got(1)) sum += static_cast<double>(time_ms);
  EXPECT_NEAR(sum / kMessages, 50, 4);
}

INSTANTIATE_TEST_SUITE_P(All, Distributions,
                         testing::Values(LatencyDistribution::constant,
                                         LatencyDistribution::uniform,
                                         LatencyDistribution::exponential));

// Sends from n0 to n1 until the network refuses. Returns how many it took.
int fill(Network& network, std::int64_t now_ns) {
  for (int count = 0;; ++count) {
    const auto refusal = network.send(now_ns, "n0", "n1", R"({"type":"x"})", "x");
    if (!refusal) continue;
    EXPECT_EQ(refusal->kind, Refusal::Kind::too_much);
    return count;
  }
}

TEST_F(NetworkTest, RefusesWhatNodesSendFasterThanTheyRead) {
  NetworkOptions options;
  options.latency.mean_ms = 100;
  options.wire.duplicate = 0.3;
  options.wire.reorder = 0.3;
  options.wire.loss = 0.3;
  options.most_waiting_bytes = 20'000;
  Network& network = make(options);
  nodes_.swallows = false;
  const int first = fill(network, 0);
  EXPECT_GT(first, 100);
  EXPECT_LT(first, 1000);
  EXPECT_FALSE(network.send(0, "c0", "n1", R"({"type":"x"})", "x")) << "clients are always heard";
  // Whatever becomes of the messages, their bytes are counted off: nothing is left but the one that
  // is being swallowed.
  network.cut(Fault::partition, {{false, true, true}, {true, false, true}, {true, true, false}});
  test::run_virtually(heap_, kNsPerSecond);
  network.take_down(kNsPerSecond, 1);
  network.bring_up(1);
  network.heal(Fault::partition);
  nodes_.swallows = true;
  const int second = fill(network, kNsPerSecond);
  EXPECT_GT(second, first / 2) << "there is room again";
  test::run_virtually(heap_);
  const int third = fill(network, 3 * kNsPerSecond);
  EXPECT_GT(third, first / 2) << "there is room again";
}

}  // namespace
}  // namespace hearsay::bench
