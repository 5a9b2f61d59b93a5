#include "worker/gossip/pace.h"

#include <gtest/gtest.h>

#include "common/base/units.h"

namespace hearsay::gossip {
namespace {

constexpr std::int64_t kPaceHopNs = 100 * kNsPerMs;

Pace pace(std::int64_t budget_ms, std::uint32_t depth = 1) {
  return choose_pace(budget_ms * kNsPerMs, {kPaceHopNs, 0, 0, kPaceHopNs / 4}, depth);
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
        const Pace chosen = choose_pace(budget_ms * kNsPerMs, {hop_ns, 0, 0, 0}, depth);
        EXPECT_GE(chosen.period_ns, 0);
        EXPECT_GT(chosen.deadline_ns, hop_ns * (1 + depth) + chosen.period_ns);
      }
    }
  }
}

// A first sample deviates by half of itself (RFC 6298).
TEST(Pace, OneSlowSampleIsNoReasonToDoWithoutARelay) {
  EXPECT_FALSE(choose_pace(390 * kNsPerMs, {300 * kNsPerMs, 150 * kNsPerMs, 0, 0}, 1).direct);
  EXPECT_TRUE(choose_pace(390 * kNsPerMs, {kNsPerSecond, kNsPerSecond / 2, 0, 0}, 1).direct);
}

// On the real Maelstrom hops of 100 ms take 104 on average.
TEST(Pace, LatenessDoesNotCutThePeriod) {
  const Pace punctual = choose_pace(390 * kNsPerMs, {100 * kNsPerMs, 0, 0, 0}, 1);
  const Pace late = choose_pace(390 * kNsPerMs, {107 * kNsPerMs, 5 * kNsPerMs, 6 * kNsPerMs, 0}, 1);
  EXPECT_GE(late.period_ns, 2 * 107 * kNsPerMs);
  EXPECT_LE(late.period_ns, punctual.period_ns + 15 * kNsPerMs);
}

}  // namespace
}  // namespace hearsay::gossip
