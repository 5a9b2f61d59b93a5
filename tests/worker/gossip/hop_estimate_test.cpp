#include "worker/gossip/hop_estimate.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/base/units.h"

namespace hearsay::gossip {
namespace {

constexpr std::int64_t kHopNs = 100 * kNsPerMs;

// Hears a stream of messages, one every 200 ms, that take so many ms each.
void hear(HopEstimate& hop, const std::vector<std::int64_t>& ways_ms) {
  std::int64_t sent_ns = kNsPerSecond;
  for (const std::int64_t way_ms : ways_ms) {
    hop.on_transit({0, 1}, static_cast<std::uint64_t>(sent_ns / kNsPerUs),
                   sent_ns + way_ms * kNsPerMs);
    sent_ns += 200 * kNsPerMs;
  }
}

HopEstimate measured() {
  HopEstimate hop;
  hop.sample(kHopNs);
  return hop;
}

TEST(HopEstimate, IsAssumedUntilItIsMeasured) {
  HopEstimate hop;
  EXPECT_FALSE(hop.measured());
  EXPECT_EQ(hop.ns(), HopEstimate::kAssumedHopNs);
  hop.sample(7 * kNsPerMs);
  EXPECT_TRUE(hop.measured());
  EXPECT_EQ(hop.ns(), 7 * kNsPerMs);
}

TEST(HopEstimate, FollowsAChange) {
  HopEstimate hop;
  hop.sample(100 * kNsPerMs);
  for (int i = 0; i < 60; ++i) hop.sample(20 * kNsPerMs);
  EXPECT_NEAR(static_cast<double>(hop.ns()), 20e6, 1e5);
  for (int i = 0; i < 60; ++i) hop.sample(300 * kNsPerMs);
  EXPECT_NEAR(static_cast<double>(hop.ns()), 300e6, 1e6);
}

TEST(HopEstimate, OneUnbelievableSampleChangesLittle) {
  HopEstimate hop;
  hop.sample(100 * kNsPerMs);
  hop.sample(3600 * kNsPerSecond);
  EXPECT_LE(hop.ns(), 120 * kNsPerMs);
  hop.sample(-kNsPerSecond);
  EXPECT_GE(hop.ns(), 80 * kNsPerMs);
}

TEST(HopEstimate, TheFirstSampleMayBeNonsense) {
  HopEstimate hop;
  hop.sample(std::int64_t{1} << 62);
  EXPECT_LE(hop.ns(), 60 * kNsPerSecond);
}

TEST(HopEstimate, NothingMakesItNegative) {
  HopEstimate hop;
  hop.sample(-5);
  EXPECT_EQ(hop.ns(), 0);
  hop.sample(-kNsPerSecond);
  EXPECT_EQ(hop.ns(), 0);
}

TEST(HopEstimate, IsPatientWhileNothingIsMeasured) {
  HopEstimate hop;
  EXPECT_EQ(hop.margin_ns(), HopEstimate::kUnknownMarginNs);
  hop.on_false_alarm();
  hop.sample(kHopNs);
  EXPECT_EQ(hop.margin_ns(), kHopNs / 4);
}

TEST(HopEstimate, WaitsForWhatJitters) {
  HopEstimate steady = measured();
  hear(steady, std::vector<std::int64_t>(50, 103));
  EXPECT_EQ(steady.jitter_ns(), 0);
  HopEstimate jittery = measured();
  std::vector<std::int64_t> ways_ms;
  ways_ms.reserve(50);
  for (int i = 0; i < 50; ++i) ways_ms.push_back(i % 2 == 0 ? 80 : 120);
  hear(jittery, ways_ms);
  EXPECT_NEAR(static_cast<double>(jittery.jitter_ns()), 40e6, 1e6);
  EXPECT_GE(jittery.margin_ns(), 4 * 39 * kNsPerMs);
}

TEST(HopEstimate, SaysHowLateAMessageIs) {
  HopEstimate hop = measured();
  hear(hop, {100, 100, 100});
  const auto sent_us = static_cast<std::uint64_t>(5 * kNsPerSecond / kNsPerUs);
  const std::int64_t arrival_ns = 5 * kNsPerSecond + 130 * kNsPerMs;
  EXPECT_EQ(hop.on_transit({0, 1}, sent_us, arrival_ns), 30 * kNsPerMs);
  // Of another sender, whose clock has nothing to do with the first one's.
  EXPECT_EQ(hop.on_transit({1, 1}, 77, arrival_ns), 0);
}

TEST(HopEstimate, OnePauseIsForgottenSoon) {
  HopEstimate hop = measured();
  hear(hop, {100, 100, 3000, 100, 100});
  EXPECT_LE(hop.margin_ns(), 2 * kHopNs);
  hear(hop, std::vector<std::int64_t>(40, 100));
  EXPECT_EQ(hop.margin_ns(), kHopNs / 4);
}

TEST(HopEstimate, AFalseAlarmMakesItPatientForAWhile) {
  HopEstimate hop = measured();
  hop.on_false_alarm();
  const std::int64_t once_ns = hop.margin_ns();
  EXPECT_GT(once_ns, kHopNs / 4);
  hop.on_false_alarm();
  EXPECT_GT(hop.margin_ns(), once_ns);
  for (int i = 0; i < 100; ++i) hop.on_false_alarm();
  EXPECT_EQ(hop.margin_ns(), HopEstimate::kMostMarginNs);
  hear(hop, std::vector<std::int64_t>(3000, 100));
  EXPECT_EQ(hop.margin_ns(), kHopNs / 4);
}

// Two clocks that stand decades apart, and one that steps.
TEST(HopEstimate, ClocksMayBeAnything) {
  HopEstimate hop = measured();
  hop.on_transit({0, 1}, 1, std::int64_t{1} << 60);
  hop.on_transit({0, 1}, std::uint64_t{1} << 52, 0);
  hop.on_transit({0, 1}, 1, std::int64_t{1} << 60);
  EXPECT_LE(hop.margin_ns(), HopEstimate::kMostMarginNs);
  EXPECT_GE(hop.margin_ns(), kHopNs / 4);
}

}  // namespace
}  // namespace hearsay::gossip
