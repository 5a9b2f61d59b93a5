#include "worker/gossip/pace.h"

#include <gtest/gtest.h>

#include "common/base/units.h"

namespace hearsay::gossip {
namespace {

constexpr std::int64_t kPaceHopNs = 100 * kNsPerMs;

Pace pace(std::int64_t budget_ms, std::uint32_t depth = 1) {
  return choose_pace(budget_ms * kNsPerMs, kPaceHopNs, depth);
}

TEST(Pace, ABudgetBelowTheWayOverARelayIsDirect) {
  EXPECT_TRUE(pace(0).direct);
  EXPECT_TRUE(pace(199).direct);
  EXPECT_FALSE(pace(200).direct);
  EXPECT_TRUE(pace(299, 2).direct);
  EXPECT_FALSE(pace(300, 2).direct);
}

TEST(Pace, DirectSendsAtOnceUntilTheBudgetHasRoomForBatches) {
  EXPECT_EQ(pace(0).period_ns, 0);
  EXPECT_EQ(pace(100).period_ns, 0);
  EXPECT_EQ(pace(160).period_ns, 60 * kNsPerMs);
  EXPECT_EQ(pace(160, 2).period_ns, 0);
}

TEST(Pace, ALargeBudgetIsSpentOnWaiting) {
  EXPECT_EQ(pace(1000).period_ns, 825 * kNsPerMs);
  EXPECT_EQ(pace(1000, 3).period_ns, 625 * kNsPerMs);
}

TEST(Pace, APeriodIsNeverJustShortOfARoundTrip) {
  for (std::int64_t budget_ms = 200; budget_ms < 2000; ++budget_ms) {
    const std::int64_t period_ns = pace(budget_ms).period_ns;
    EXPECT_TRUE(period_ns == 128 * kNsPerMs || period_ns >= 200 * kNsPerMs) << budget_ms;
  }
}

TEST(Pace, MoreBudgetNeverMeansMoreBatches) {
  for (const std::uint32_t depth : {1U, 2U, 3U}) {
    for (std::int64_t budget_ms = 1; budget_ms < 2000; ++budget_ms) {
      const Pace less = pace(budget_ms - 1, depth);
      const Pace more = pace(budget_ms, depth);
      EXPECT_LE(less.period_ns, more.period_ns) << budget_ms;
      EXPECT_LE(less.deadline_ns, more.deadline_ns) << budget_ms;
      EXPECT_GE(less.direct, more.direct) << budget_ms;
    }
  }
}

TEST(Pace, TheDeadlineLeavesTimeForTheWayAndAPeriod) {
  for (const std::uint32_t depth : {1U, 2U, 3U}) {
    for (const std::int64_t hop_ns : {std::int64_t{0}, kNsPerMs, kPaceHopNs, kNsPerSecond}) {
      for (const std::int64_t budget_ms : {0, 100, 390, 1000}) {
        const Pace chosen = choose_pace(budget_ms * kNsPerMs, hop_ns, depth);
        EXPECT_GE(chosen.period_ns, 0);
        EXPECT_GT(chosen.deadline_ns, hop_ns * (1 + depth) + chosen.period_ns);
      }
    }
  }
}

TEST(HopLatency, IsAssumedUntilItIsMeasured) {
  HopLatency hop;
  EXPECT_FALSE(hop.measured());
  EXPECT_EQ(hop.ns(), HopLatency::kAssumedHopNs);
  hop.sample(7 * kNsPerMs);
  EXPECT_TRUE(hop.measured());
  EXPECT_EQ(hop.ns(), 7 * kNsPerMs);
}

TEST(HopLatency, FollowsAChange) {
  HopLatency hop;
  hop.sample(100 * kNsPerMs);
  for (int i = 0; i < 60; ++i) hop.sample(20 * kNsPerMs);
  EXPECT_NEAR(static_cast<double>(hop.ns()), 20e6, 1e5);
  for (int i = 0; i < 60; ++i) hop.sample(300 * kNsPerMs);
  EXPECT_NEAR(static_cast<double>(hop.ns()), 300e6, 1e6);
}

TEST(HopLatency, OneUnbelievableSampleChangesLittle) {
  HopLatency hop;
  hop.sample(100 * kNsPerMs);
  hop.sample(3600 * kNsPerSecond);
  EXPECT_LE(hop.ns(), 120 * kNsPerMs);
  hop.sample(-kNsPerSecond);
  EXPECT_GE(hop.ns(), 80 * kNsPerMs);
}

TEST(HopLatency, TheFirstSampleMayBeNonsense) {
  HopLatency hop;
  hop.sample(std::int64_t{1} << 62);
  EXPECT_LE(hop.ns(), 60 * kNsPerSecond);
}

TEST(HopLatency, NothingMakesItNegative) {
  HopLatency hop;
  hop.sample(-5);
  EXPECT_EQ(hop.ns(), 0);
  hop.sample(-kNsPerSecond);
  EXPECT_EQ(hop.ns(), 0);
}

}  // namespace
}  // namespace hearsay::gossip
