#include "worker/gossip/value_set.h"

#include <gtest/gtest.h>

#include <vector>

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
  std::vector<std::string> seen;
  values.for_each([&](std::string_view value) { seen.emplace_back(value); });
  EXPECT_EQ(seen, (std::vector<std::string>{"3", "\"a,b\"", "[1,2]"}));
}

}  // namespace
}  // namespace hearsay::gossip
