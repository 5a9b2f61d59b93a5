#include "supervisor/hang_watch.h"

#include <gtest/gtest.h>

namespace hearsay::supervisor {
namespace {

constexpr std::int64_t kLimitNs = 2 * kNsPerSecond;

class HangWatchTest : public testing::Test {
 protected:
  // Looks as often as the warden does, until the worker is overdue; how long that took, or
  // `longest`.
  template <typename Advance>
  std::int64_t patience_ns(HangWatch::Look look, std::int64_t longest, Advance advance) {
    const std::int64_t begin_ns = now_ns_;
    watch_.restart();
    while (now_ns_ - begin_ns < longest) {
      advance(look);
      if (watch_.overdue(now_ns_, look)) break;
      now_ns_ += kLookEveryNs;
    }
    return now_ns_ - begin_ns;
  }
  static void nothing_moves(HangWatch::Look&) {}

  HangWatch watch_{kLimitNs};
  std::int64_t now_ns_ = 1000 * kNsPerSecond;
};

constexpr std::int64_t kLong = 1000 * kNsPerSecond;

TEST_F(HangWatchTest, OneThatHasInputAndCommitsNothingIsOverdueAfterTheLimit) {
  const auto took = patience_ns({LifeState::ready, true, 7, 0}, kLong, nothing_moves);
  EXPECT_GT(took, kLimitNs);
  EXPECT_LE(took, kLimitNs + 2 * kLookEveryNs);
}

TEST_F(HangWatchTest, AnIdleOneNeverIs) {
  EXPECT_EQ(patience_ns({LifeState::ready, false, 7, 0}, kLong, nothing_moves), kLong);
}

TEST_F(HangWatchTest, NorOneThatCommits) {
  EXPECT_EQ(patience_ns({LifeState::ready, true, 7, 0}, kLong, [](auto& look) { ++look.work; }),
            kLong);
}

// Somebody has stopped it, or it waits for something that never comes.
TEST_F(HangWatchTest, OneThatStandsStillWhileStartingIsOverdueAfterTheSameLimit) {
  const auto took = patience_ns({LifeState::starting, false, 7, 5}, kLong, nothing_moves);
  EXPECT_GT(took, kLimitNs);
  EXPECT_LE(took, kLimitNs + 2 * kLookEveryNs);
}

TEST_F(HangWatchTest, OneThatRecoversMayTakeAnyTime) {
  const auto recover = [](auto& look) {
    ++look.work;
    ++look.cpu_ns;
  };
  EXPECT_EQ(patience_ns({LifeState::starting, true, 7, 5}, kLong, recover), kLong);
}

TEST_F(HangWatchTest, OneThatRunsInCirclesWhileStartingMayNot) {
  const auto took = patience_ns({LifeState::starting, true, 7, 5}, kLong,
                                [](auto& look) { look.cpu_ns += kLookEveryNs; });
  EXPECT_GT(took, kLimitNs);
  EXPECT_LT(took, kLong);
}

TEST_F(HangWatchTest, OneThatWasAskedToEndHasALimitToo) {
  const auto took = patience_ns({LifeState::stopping, false, 7, 0}, kLong, nothing_moves);
  EXPECT_GT(took, kNsPerSecond);
  EXPECT_LE(took, kNsPerSecond + 2 * kLookEveryNs);
}

// Having been stopped itself, or on a machine that slept.
TEST_F(HangWatchTest, TimeThatTheSupervisorDidNotSeePassDoesNotCount) {
  const HangWatch::Look look{LifeState::ready, true, 7, 0};
  EXPECT_FALSE(watch_.overdue(now_ns_, look));
  EXPECT_FALSE(watch_.overdue(now_ns_ + kLookEveryNs, look));
  EXPECT_FALSE(watch_.overdue(now_ns_ + kLong, look));
}

TEST_F(HangWatchTest, ALongMessageMayTakeLonger) {
  constexpr std::int64_t kMoreNs = 20 * kNsPerSecond;
  const auto took = patience_ns({LifeState::ready, true, 7, 0, kMoreNs}, kLong, nothing_moves);
  EXPECT_GT(took, kLimitNs + kMoreNs);
  EXPECT_LE(took, kLimitNs + kMoreNs + 2 * kLookEveryNs);
}

TEST_F(HangWatchTest, WhatPassedBeforeItHadInputDoesNotCount) {
  EXPECT_FALSE(watch_.overdue(now_ns_, {LifeState::ready, false, 7, 0}));
  now_ns_ += kLong;
  const auto took = patience_ns({LifeState::ready, true, 7, 0}, kLong, nothing_moves);
  EXPECT_GT(took, kLimitNs);
}

}  // namespace
}  // namespace hearsay::supervisor
