#include "tools/bus/bounded_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace hearsay::bus {
namespace {

TEST(BoundedQueue, KeepsTheOrder) {
  BoundedQueue<int> queue({3, 100});
  for (int i = 0; i < 3; ++i) queue.push(i, 1);
  EXPECT_EQ(queue.dropped(), 0U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.take(), i);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(BoundedQueue, DropsTheOldestAndCounts) {
  BoundedQueue<int> queue({3, 100});
  for (int i = 0; i < 10; ++i) queue.push(i, 1);
  EXPECT_EQ(queue.dropped(), 7U);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.front(), 7);
}

TEST(BoundedQueue, CountsBytesToo) {
  BoundedQueue<std::string> queue({100, 10});
  queue.push("first", 5);
  queue.push("second", 5);
  EXPECT_EQ(queue.dropped(), 0U);
  queue.push("third", 1);
  EXPECT_EQ(queue.dropped(), 1U);
  EXPECT_EQ(queue.bytes(), 6U);
  EXPECT_EQ(queue.take(), "second");
}

TEST(BoundedQueue, WhatIsBeyondTheLimitAloneIsDropped) {
  BoundedQueue<int> queue({100, 10});
  queue.push(1, 1);
  queue.push(2, 11);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.dropped(), 2U);
}

}  // namespace
}  // namespace hearsay::bus
