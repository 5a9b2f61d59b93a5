#include "worker/gossip/value_set.h"

#include <gtest/gtest.h>

#include <string>

namespace hearsay::gossip {
namespace {

TEST(ValueSet, IsEmptyAtFirst) {
  EXPECT_EQ(ValueSet().json_array(), "[]");
  EXPECT_TRUE(ValueSet().empty());
}

TEST(ValueSet, KeepsEachValueOnceInTheOrderOfArrival) {
  ValueSet values;
  EXPECT_TRUE(values.add("3"));
  EXPECT_TRUE(values.add("\"a,b\""));
  EXPECT_FALSE(values.add("3"));
  EXPECT_TRUE(values.add("[1,2]"));
  EXPECT_EQ(values.json_array(), "[3,\"a,b\",[1,2]]");
  EXPECT_EQ(values.size(), 3U);
  EXPECT_EQ(values[0], "3");
  EXPECT_EQ(values[1], "\"a,b\"");
  EXPECT_EQ(values[2], "[1,2]");
  EXPECT_EQ(values.bytes(1), 5U);
  EXPECT_EQ(values.find("[1,2]"), 2U);
  EXPECT_EQ(values.find("4"), std::nullopt);
}

// Where a value begins is known beyond 4 GiB too; here through several blocks of values.
TEST(ValueSet, KnowsEachOfManyByItsNumber) {
  ValueSet values;
  const auto text = [](std::uint32_t number) {
    return std::string(number % 50 + 1, 'a') + std::to_string(number);
  };
  for (std::uint32_t number = 0; number < 1'000; ++number) values.add(text(number));
  for (std::uint32_t number = 0; number < 1'000; ++number) {
    ASSERT_EQ(values[number], text(number));
    ASSERT_EQ(values.bytes(number), text(number).size());
  }
}

// Through many sizes of the index, also in the middle of a move from one to the next.
TEST(ValueSet, FindsEachOfMany) {
  ValueSet values;
  for (std::uint32_t number = 0; number < 5'000; ++number) {
    ASSERT_FALSE(values.contains(std::to_string(number)));
    ASSERT_TRUE(values.add(std::to_string(number)));
    for (std::uint32_t known = number % 7; known <= number; known += 97) {
      ASSERT_EQ(values.find(std::to_string(known)), known) << "of " << number + 1;
    }
  }
}

TEST(ValueSet, WhatIsRestoredIsFoundWithOrWithoutAnEndOfIt) {
  for (const bool told : {false, true}) {
    ValueSet values;
    EXPECT_TRUE(values.add("first"));
    for (std::uint32_t number = 1; number < 1'000; ++number) values.restore(std::to_string(number));
    if (told) values.restored();
    for (std::uint32_t number = 1; number < 1'000; ++number) {
      ASSERT_EQ(values.find(std::to_string(number)), number);
    }
    EXPECT_FALSE(values.add("999"));
    EXPECT_TRUE(values.add("1000"));
    EXPECT_EQ(values.find("first"), 0U);
  }
}

}  // namespace
}  // namespace hearsay::gossip
