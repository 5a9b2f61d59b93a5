#include "tools/experiment/network/large_integers.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace hearsay::bench {
namespace {

constexpr const char* kLarge = "1267650600228229401496703205376";  // 2^100

TEST(LargeIntegers, AreStringsOfTheirDigits) {
  EXPECT_EQ(quote_large_integers("18446744073709551616"), R"("18446744073709551616")");
  EXPECT_EQ(quote_large_integers("-9223372036854775809"), R"("-9223372036854775809")");
  EXPECT_EQ(quote_large_integers(std::string(R"({"a":[1,)") + kLarge + R"(],"b":2})"),
            std::string(R"({"a":[1,")") + kLarge + R"("],"b":2})");
  const std::string many(100'000, '9');
  EXPECT_EQ(quote_large_integers(many + "," + many), '"' + many + "\",\"" + many + '"');
}

TEST(LargeIntegers, AreFoundWhereverTheyStand) {
  for (std::size_t blanks = 0; blanks < 40; ++blanks) {
    const std::string space(blanks, ' ');
    EXPECT_EQ(quote_large_integers("[" + space + "-9223372036854775809]"),
              "[" + space + "\"-9223372036854775809\"]");
  }
}

TEST(LargeIntegers, OtherTextsStayAsTheyAre) {
  for (const char* text :
       {"", "{}", "18446744073709551615", "-9223372036854775808", "9223372036854775807",
        "12676506002282294014967.5", "1e30", "12676506002282294014967e2",
        R"(["1267650600228229401496703205376"])", R"({"1267650600228229401496703205376":1})",
        R"("\"1267650600228229401496703205376")", R"("\\")", "\"\\", "\"", "-",
        "------------------------", "1-2676506002282294014967"}) {
    EXPECT_EQ(quote_large_integers(text), std::nullopt) << text;
  }
}

TEST(LargeIntegers, BecomeNumbersAgainWhereTheyAreMarked) {
  const std::string text =
      std::string(R"({"key":)") + kLarge + R"(,"value":[-)" + kLarge + ",\"" + kLarge + R"(",7]})";
  const auto quoted = quote_large_integers(text, kNumberMark);
  ASSERT_TRUE(quoted);
  const auto json = nlohmann::json::parse(*quoted);
  EXPECT_NE(json["key"], json["value"][1]) << "a number and a string";
  EXPECT_EQ(unquote_large_integers(json.dump()), text);
}

// What is no JSON is none afterwards either.
TEST(LargeIntegers, WhatIsWrongStaysWrong) {
  for (const char* text : {"{18446744073709551616:1}", "{18446744073709551616 :1}",
                           "018446744073709551616", "[-018446744073709551616]"}) {
    EXPECT_EQ(quote_large_integers(text), std::nullopt) << text;
  }
}

// In time: a string from which pieces are taken one by one would be moved a million times.
TEST(LargeIntegers, AMillionOfThemIsNoMatter) {
  std::string text = "[" + std::string(kLarge);
  for (int i = 1; i < 1'000'000; ++i) text.append(",").append(kLarge);
  text += "]";
  const auto quoted = quote_large_integers(text, kNumberMark);
  ASSERT_TRUE(quoted);
  EXPECT_EQ(unquote_large_integers(*quoted), text);
}

TEST(LargeIntegers, OnlyWhatIsMarkedBecomesANumber) {
  for (const std::string& text :
       {std::string("\0", 1), std::string("\0001", 2), std::string("\0x", 2),
        "\"" + std::string("\0", 1) + kLarge, std::string(kLarge)}) {
    const std::string dumped = nlohmann::json(text).dump();
    EXPECT_EQ(unquote_large_integers(dumped), dumped);
  }
}

TEST(LargeIntegers, AreTold) {
  EXPECT_TRUE(is_large_integer(kLarge));
  for (const nlohmann::json& other :
       {nlohmann::json(7), nlohmann::json("7"), nlohmann::json("18446744073709551615"),
        nlohmann::json("a number of digits"), nlohmann::json(1e30), nlohmann::json(nullptr)}) {
    EXPECT_FALSE(is_large_integer(other)) << other;
  }
}

TEST(LargeIntegers, AreWholeNumbersThat64BitsDoNotHold) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  for (const char* text : {"18446744073709551615", "9223372036854775808"}) {
    EXPECT_TRUE(is_whole_number(nlohmann::json::parse(text)));
    EXPECT_EQ(int64_of(nlohmann::json::parse(text)), std::nullopt) << "no negative number";
    EXPECT_EQ(clamped_int64(nlohmann::json::parse(text)), kMost);
  }
  EXPECT_TRUE(is_whole_number(kLarge));
  EXPECT_EQ(int64_of(kLarge), std::nullopt);
  EXPECT_EQ(clamped_int64(kLarge), kMost);
  EXPECT_EQ(clamped_int64("-9223372036854775809"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(int64_of(nlohmann::json::parse("9223372036854775807")), kMost);
  EXPECT_EQ(int64_of(-1), -1);
  for (const nlohmann::json& other : {nlohmann::json(1.0), nlohmann::json("7"), nlohmann::json()}) {
    EXPECT_FALSE(is_whole_number(other)) << other;
  }
}

}  // namespace
}  // namespace hearsay::bench
