#include "worker/gossip/arrival_count.h"

#include <gtest/gtest.h>

namespace hearsay::gossip {
namespace {

using Arrival = ArrivalCount::Arrival;
constexpr Source kRoot{0, 1};
constexpr std::int64_t kPatienceNs = 10;

TEST(ArrivalCount, CountsWhatComes) {
  ArrivalCount count;
  for (std::uint64_t number = 7; number < 12; ++number) {
    EXPECT_EQ(count.on_arrival(kRoot, number, 0), Arrival::first);
  }
  EXPECT_EQ(count.on_arrival(kRoot, 11, 0), Arrival::again);
  const auto counts = count.take();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->came, 5U);
  EXPECT_EQ(counts->lost, 0U);
  EXPECT_FALSE(count.take());
}

TEST(ArrivalCount, WhatIsOvertakenIsNotLost) {
  ArrivalCount count;
  count.on_arrival(kRoot, 1, 0);
  count.on_arrival(kRoot, 3, 5);
  count.give_up(14, kPatienceNs);
  EXPECT_EQ(count.on_arrival(kRoot, 2, 14), Arrival::overtaken);
  EXPECT_EQ(count.on_arrival(kRoot, 2, 14), Arrival::again);
  count.give_up(100, kPatienceNs);
  count.on_arrival(kRoot, 4, 100);
  EXPECT_EQ(count.take()->lost, 0U);
}

TEST(ArrivalCount, WhatDoesNotComeIsLost) {
  ArrivalCount count;
  count.on_arrival(kRoot, 1, 0);
  count.on_arrival(kRoot, 4, 5);
  count.give_up(15, kPatienceNs);
  const auto counts = count.take();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->came, 2U);
  EXPECT_EQ(counts->lost, 2U);
}

TEST(ArrivalCount, AFalseAlarmIsTakenBack) {
  ArrivalCount count;
  count.on_arrival(kRoot, 1, 0);
  count.on_arrival(kRoot, 3, 5);
  count.give_up(15, kPatienceNs);
  EXPECT_EQ(count.take()->lost, 1U);
  EXPECT_EQ(count.on_arrival(kRoot, 2, 20), Arrival::after_all);
  const auto counts = count.take();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->after_all, 1U);
}

TEST(ArrivalCount, TheEndOfAPartitionSaysNothing) {
  ArrivalCount count;
  count.on_arrival(kRoot, 1, 0);
  count.on_arrival(kRoot, 1000, 5);
  count.give_up(15, kPatienceNs);
  EXPECT_FALSE(count.take());
}

TEST(ArrivalCount, ANewRootBeginsAnew) {
  ArrivalCount count;
  count.on_arrival(kRoot, 1, 0);
  count.on_arrival(kRoot, 3, 0);
  EXPECT_EQ(count.on_arrival({0, 2}, 9, 0), Arrival::first);
  count.give_up(15, kPatienceNs);
  EXPECT_FALSE(count.take());
}

}  // namespace
}  // namespace hearsay::gossip
