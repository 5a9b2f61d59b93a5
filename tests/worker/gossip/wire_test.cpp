#include "worker/gossip/wire.h"

#include <gtest/gtest.h>

#include <random>

#include "worker/core/service.h"

namespace hearsay::gossip {
namespace {

constexpr std::size_t kRanks = 5;

// A log whose values are known, to write runs from.
class Runs : public ::testing::Test {
 protected:
  void add(Source source, std::uint32_t sequence, const std::string& value) {
    values_.add(value);
    log_.add({{source, sequence}, 0, *values_.find(value)});
  }
  std::string text(std::vector<std::uint32_t> positions) const {
    std::string out;
    append_runs(out, log_, values_, positions);
    return out;
  }

  ValueSet values_;
  ValueLog log_;
};

TEST_F(Runs, NothingIsAnEmptyArray) {
  EXPECT_EQ(text({}), "[]");
  EXPECT_TRUE(read_runs("[]", kRanks, ValueLimit()).empty());
}

TEST_F(Runs, ConsecutiveNumbersOfASourceShareARun) {
  add({1, 70}, 1, "10");
  add({1, 70}, 2, R"("a],[b")");
  add({1, 70}, 4, "{\"x\":[1]}");
  add({0, 80}, 1, "null");
  add({1, 71}, 5, "7");
  EXPECT_EQ(text({4, 2, 1, 0, 3}),
            R"([[0,80,1,[null]],[1,70,1,[10,"a],[b"]],[1,70,4,[{"x":[1]}]],[1,71,5,[7]]])");
}

TEST_F(Runs, WhatIsWrittenIsReadAgain) {
  std::mt19937 dice(4);
  std::vector<std::uint32_t> positions;
  for (std::uint32_t i = 0; i < 300; ++i) {
    const Source source{static_cast<std::uint32_t>(dice() % kRanks),
                        ~std::uint64_t{0} - dice() % 2};
    const auto sequence = static_cast<std::uint32_t>(1 + dice() % 100);
    if (log_.contains({source, sequence})) continue;
    positions.push_back(log_.size());
    add(source, sequence, "[\"" + std::to_string(i) + "\",{}]");
  }
  std::string out;
  append_runs(out, log_, values_, positions);
  const auto arrivals = read_runs(out, kRanks, ValueLimit());
  ASSERT_EQ(arrivals.size(), positions.size());
  for (const Arrival& arrival : arrivals) {
    const auto position = log_.position(arrival.id);
    ASSERT_TRUE(position);
    EXPECT_EQ(values_[log_[*position].value], arrival.value);
  }
}

TEST_F(Runs, ValuesBecomeCanonicalAndSpaceIsAllowed) {
  const auto arrivals =
      read_runs(R"([ [ 4 , 9 , 2 , [ {"b":1, "a":2} , 3 ] ] ])", kRanks, ValueLimit());
  ASSERT_EQ(arrivals.size(), 2U);
  EXPECT_EQ(arrivals[0].value, R"({"a":2,"b":1})");
  EXPECT_EQ(arrivals[1].id.sequence, 3U);
  EXPECT_EQ(arrivals[1].id.source, (Source{4, 9}));
}

TEST(Wire, WhatIsNoRunIsRefused) {
  for (const char* bad : {"3",
                          "{}",
                          "\"[]\"",
                          "null",
                          "[3]",
                          "[[]]",
                          "[[1,2,3]]",
                          "[[1,2,3,[],5]]",
                          "[[1,2,3,4]]",
                          "[[1,2,3,{}]]",
                          "[[\"1\",2,3,[]]]",
                          "[[-1,2,3,[]]]",
                          "[[1.0,2,3,[]]]",
                          "[[1,2,0,[5]]]",
                          "[[5,2,1,[5]]]",
                          "[[4294967296,2,1,[5]]]",
                          "[[1,2,4294967295,[5]]]",
                          "[[1,18446744073709551616,1,[5]]]",
                          "[[1,2,1e3,[5]]]",
                          "[[1,[2],3,[5]]]",
                          "[[0,1,1,[5]],[0,1]]"}) {
    EXPECT_THROW(read_runs(bad, kRanks, ValueLimit()), core::BadRequest) << bad;
  }
}

TEST(Wire, AVectorIsReadAsWritten) {
  std::string out = "[";
  append_claim(out, {4, ~std::uint64_t{0}}, 12);
  out.push_back(',');
  append_claim(out, {0, 0}, 0);
  out.push_back(']');
  const auto claims = read_vector(out, kRanks);
  ASSERT_EQ(claims.size(), 2U);
  EXPECT_EQ(claims[0].source, (Source{4, ~std::uint64_t{0}}));
  EXPECT_EQ(claims[0].count, 12U);
  EXPECT_EQ(claims[1].count, 0U);
  EXPECT_TRUE(read_vector("[]", kRanks).empty());
}

TEST(Wire, WhatIsNoVectorIsRefused) {
  for (const char* bad : {"5", "{}", "[1]", "[[1,2]]", "[[1,2,3,4]]", "[[5,2,3]]", "[[1,2,-3]]",
                          "[[1,2,4294967296]]", "[[1,null,3]]", "[[1,2,true]]"}) {
    EXPECT_THROW(read_vector(bad, kRanks), core::BadRequest) << bad;
  }
}

TEST(Wire, NumbersAreReadOrRefused) {
  EXPECT_EQ(read_numbers("[]"), std::vector<std::uint64_t>{});
  EXPECT_EQ(read_numbers("[1, 2]"), (std::vector<std::uint64_t>{1, 2}));
  for (const char* bad : {"1", "{}", "[-1]", "[1.5]", "[\"1\"]", "[[1]]", "[1,null]"}) {
    EXPECT_THROW(read_numbers(bad), core::BadRequest) << bad;
  }
}

TEST(Wire, NumberFieldsAreReadOrRefused) {
  const std::vector<protocol::Field> fields{{"good", "12"}, {"minus", "-1"}, {"text", "\"12\""}};
  const protocol::Message message{"n1", "n0", "gossip-have", {}, {}, fields};
  EXPECT_EQ(number_field(message, "good", 12), 12U);
  EXPECT_EQ(number_field_or(message, "good", 3, 12), 12U);
  EXPECT_EQ(number_field_or(message, "none", 3, 12), 3U);
  EXPECT_THROW(number_field(message, "good", 11), core::BadRequest);
  EXPECT_THROW(number_field_or(message, "good", 3, 11), core::BadRequest);
  for (const char* bad : {"minus", "text", "none"}) {
    EXPECT_THROW(number_field(message, bad, kMostCount), core::BadRequest) << bad;
  }
  EXPECT_THROW(number_field_or(message, "minus", 3, kMostCount), core::BadRequest);
}

}  // namespace
}  // namespace hearsay::gossip
