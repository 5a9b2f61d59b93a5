#include <gtest/gtest.h>

#include <algorithm>

#include "tests/worker/support/asking_node.h"
#include "tools/experiment/services/store_services.h"

namespace hearsay::test {
namespace {

// Whether workers die between any two inputs.
class LinKvProxy : public ::testing::TestWithParam<bool> {
 protected:
  Json write(const Json& key, const Json& value) {
    return node_.ask({{"type", "write"}, {"key", key}, {"value", value}});
  }
  Json read(const Json& key) { return node_.ask({{"type", "read"}, {"key", key}}); }
  Json cas(const Json& key, const Json& from, const Json& to) {
    return node_.ask({{"type", "cas"}, {"key", key}, {"from", from}, {"to", to}});
  }

  bench::LinKv store_;
  AskingNode node_{"lin-kv", store_, "lin-kv", GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Dies, LinKvProxy, ::testing::Bool());

TEST_P(LinKvProxy, PassesOnWhatIsAskedAndAnswered) {
  EXPECT_EQ(read(1)["code"], 20);
  EXPECT_EQ(cas(1, 2, 3)["code"], 20);
  EXPECT_EQ(write(1, 2)["type"], "write_ok");
  EXPECT_EQ(read(1), (Json{{"type", "read_ok"}, {"in_reply_to", 103}, {"value", 2}}));
  EXPECT_EQ(cas(1, 9, 3)["code"], 22);
  EXPECT_EQ(cas(1, 2, 3), (Json{{"type", "cas_ok"}, {"in_reply_to", 105}}));
  EXPECT_EQ(read(1)["value"], 3);
  EXPECT_EQ(node_.asked.size(), 7U);
}

TEST_P(LinKvProxy, KeysAndValuesAreAnyJson) {
  const Json odd = {{"a", {1, 2.5, nullptr, "\"\n\\"}}, {"b", {{"c", {}}}}};
  EXPECT_EQ(write(odd, {odd, odd})["type"], "write_ok");
  EXPECT_EQ(read(odd)["value"], (Json{odd, odd}));
  EXPECT_EQ(write(nullptr, nullptr)["type"], "write_ok");
  EXPECT_EQ(read(nullptr)["value"], nullptr);
  EXPECT_EQ(read("null")["code"], 20);
}

TEST_P(LinKvProxy, ABadRequestGoesNowhere) {
  EXPECT_EQ(node_.ask({{"type", "read"}})["code"], 12);
  EXPECT_EQ(node_.ask({{"type", "write"}, {"key", 1}})["code"], 12);
  EXPECT_EQ(node_.ask({{"type", "cas"}, {"key", 1}, {"from", 1}})["code"], 12);
  EXPECT_TRUE(node_.asked.empty());
}

TEST_P(LinKvProxy, ALostReadIsAskedAgain) {
  write(1, 2);
  node_.on_the_way_there = losing(1);
  node_.on_the_way_back = losing(1);
  EXPECT_TRUE(read(1).is_null());
  const auto told = node_.wait(3 * kNsPerSecond);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["value"], 2);
}

TEST_P(LinKvProxy, AWriteWithoutAnAnswerIsSentOnceAndUnknown) {
  node_.on_the_way_back = losing(1);
  EXPECT_TRUE(write(1, 2).is_null());
  const auto told = node_.wait(60 * kNsPerSecond);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["code"], 0);
  EXPECT_EQ(node_.asked.size(), 1U);
  EXPECT_EQ(read(1)["value"], 2) << "it was done";
}

TEST_P(LinKvProxy, ACasThatWasLostIsSentOnceAndUnknown) {
  write(1, 2);
  node_.on_the_way_there = losing(1);
  EXPECT_TRUE(cas(1, 2, 3).is_null());
  const auto told = node_.wait(60 * kNsPerSecond);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["code"], 0);
  EXPECT_EQ(node_.asked.size(), 2U);
  EXPECT_EQ(read(1)["value"], 2) << "it was not done";
}

// What is said 4.5 s after a request is dropped.
TEST_P(LinKvProxy, ASilentStoreIsToldWhileTheClientWaits) {
  node_.on_the_way_there = losing(1000);
  EXPECT_TRUE(write(1, 2).is_null());
  EXPECT_TRUE(cas(1, 2, 3).is_null());
  EXPECT_TRUE(read(1).is_null());
  const auto told = node_.wait(4 * kNsPerSecond + kNsPerMs);
  ASSERT_EQ(told.size(), 3U);
  for (const Json& answer : told) {
    EXPECT_EQ(answer["code"], 0);
    EXPECT_EQ(answer["text"], "no answer from lin-kv in time") << "what was done says the code";
  }
}

TEST_P(LinKvProxy, WhatIsNoAnswerToTheQuestionIsUnknown) {
  for (const char* type : {"write_ok", "read_ok", "", "read"}) {
    node_.on_the_way_back = [&](Json line) {
      line["body"]["type"] = type;
      line["body"].erase("value");
      return line;
    };
    EXPECT_EQ(cas(1, 2, 3)["code"], 13) << type;
    EXPECT_EQ(read(1)["code"], 13) << type;
  }
  EXPECT_TRUE(node_.wait(60 * kNsPerSecond).empty());
}

}  // namespace
}  // namespace hearsay::test
