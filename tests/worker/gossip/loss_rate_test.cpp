#include "worker/gossip/loss_rate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "worker/gossip/batch_header.h"

namespace hearsay::gossip {
namespace {

// The relay's view after a while of so many in 1000 lost.
LossRate after(std::uint64_t lost_permille) {
  LossRate rate;
  for (int batch = 0; batch < 100; ++batch) {
    rate.add({1000 - lost_permille, lost_permille, 0});
    rate.on_batch();
  }
  return rate;
}

TEST(LossRate, IsMeasured) {
  for (const std::uint64_t permille : {0U, 1U, 10U, 100U, 300U, 1000U}) {
    EXPECT_NEAR(static_cast<double>(after(permille).permille()), static_cast<double>(permille), 1)
        << permille;
  }
}

TEST(LossRate, RepeatsInProportion) {
  for (const std::uint64_t permille : {0U, 10U, 100U, 300U, 700U}) {
    const std::size_t repeats = after(permille).repeats();
    EXPECT_GE(repeats, 1U);
    EXPECT_LE(repeats, kRepeatedBatches);
    const double missed =
        std::pow(static_cast<double>(permille) / 1000, 1.0 + static_cast<double>(repeats));
    EXPECT_TRUE(repeats == kRepeatedBatches || missed <= 2e-4) << permille;
  }
  EXPECT_EQ(after(0).repeats(), 1U);
}

TEST(LossRate, OneLossChangesNothingButTheRepeats) {
  LossRate rate = after(0);
  rate.add({24, 1, 0});
  rate.on_batch();
  EXPECT_EQ(rate.tells(), 1);
  EXPECT_EQ(rate.questions(), 1);
  EXPECT_EQ(rate.period_percent(), 100);
  EXPECT_LE(rate.repeats(), 2U);
}

TEST(LossRate, HeavyLossIsAnsweredAndForgotten) {
  LossRate rate = after(300);
  EXPECT_TRUE(rate.is_lossy());
  EXPECT_GT(rate.tells(), 1);
  EXPECT_GT(rate.questions(), 1);
  EXPECT_LT(rate.period_percent(), 100);
  for (int batch = 0; batch < 150; ++batch) {
    rate.add({1000, 0, 0});
    rate.on_batch();
  }
  EXPECT_FALSE(rate.is_lossy());
  EXPECT_EQ(rate.tells(), 1);
}

TEST(LossRate, WhatCameAfterAllIsNotLost) {
  LossRate rate;
  rate.add({900, 100, 0});
  rate.add({100, 0, 100});
  rate.on_batch();
  EXPECT_EQ(rate.permille(), 0U);
  rate.add({0, 0, 1000});
  rate.on_batch();
  EXPECT_EQ(rate.permille(), 0U);
}

// A peer that lies, or that had nothing to tell for a day.
TEST(LossRate, NobodyOutweighsAllOthersForLong) {
  for (const ArrivalCount::Counts nonsense : {ArrivalCount::Counts{0, std::uint64_t{1} << 62, 0},
                                              ArrivalCount::Counts{std::uint64_t{1} << 62, 0, 0}}) {
    LossRate rate;
    rate.add(nonsense);
    for (int batch = 0; batch < 200; ++batch) {
      rate.add({22, 2, 0});
      rate.on_batch();
    }
    EXPECT_NEAR(static_cast<double>(rate.permille()), 83, 5);
  }
}

TEST(LossRate, BeginsCautiouslyAndWithoutAlarm) {
  const LossRate rate;
  EXPECT_GT(rate.repeats(), 1U);
  EXPECT_EQ(rate.tells(), 1);
  EXPECT_FALSE(rate.is_lossy());
}

TEST(LossRate, ANewRelayBeginsWithWhatTheOldOneSaid) {
  LossRate rate;
  rate.hear(300);
  rate.on_batch();
  EXPECT_NEAR(static_cast<double>(rate.permille()), 300, 1);
}

}  // namespace
}  // namespace hearsay::gossip
