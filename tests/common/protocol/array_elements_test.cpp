#include "common/protocol/array_elements.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace hearsay::protocol {
namespace {

using namespace std::string_view_literals;

std::vector<std::string> elements(std::string_view array) {
  std::vector<std::string> found;
  for_each_element(array, [&](std::string_view element) { found.emplace_back(element); });
  return found;
}

using Strings = std::vector<std::string>;

std::string around_one(const std::string& element) {
  return "[" + element + ",1," + element + "]";
}

TEST(ArrayElements, AreSplitAtTheirOwnLevelOnly) {
  EXPECT_EQ(elements("[1,[2,3],{\"a\":[4,5]},6]"), (Strings{"1", "[2,3]", "{\"a\":[4,5]}", "6"}));
}

TEST(ArrayElements, CommasAndBracketsInStringsDoNotCount) {
  EXPECT_EQ(elements(R"(["a,b","]","\"],","\\",1])"),
            (Strings{"\"a,b\"", "\"]\"", R"("\"],")", R"("\\")", "1"}));
}

// Long texts without brackets are skipped block by block: what ends one may stand anywhere in it.
TEST(ArrayElements, WhateverStandsWhereInALongOneDoesNotCount) {
  for (const std::string odd : {"a", "]", "[", ",", "{}", R"(\")", R"(\\)", ""}) {
    for (std::size_t before = 0; before < 40; ++before) {
      const std::string names = "[\"" + std::string(before, 'n') + odd +
                                R"(","n1,","n2","a name that is longer","n3",[7],"n4"])";
      ASSERT_EQ(elements(around_one(names)), (Strings{names, "1", names}));
      ASSERT_EQ(elements(names).size(), 7U) << names;
    }
  }
}

// So are long lists of numbers: brackets and strings may stand anywhere in them.
TEST(ArrayElements, WhateverStandsWhereInNestedNumbersIsOfTheirElement) {
  for (const std::string odd :
       {"1", "[]", "[[[[[[[[]]]]]]]]", "[[1],[2]]", R"("]")", R"({"a":[1]})"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      const std::string numbers =
          "[[" + std::string(before, '7') + "," + odd + ",[1,2,[3,4]]],[12345678,[9]],[5]]";
      ASSERT_EQ(elements(around_one(numbers)), (Strings{numbers, "1", numbers}));
      ASSERT_EQ(elements(numbers).size(), 3U) << numbers;
    }
  }
}

TEST(ArrayElements, WhiteSpaceAroundThemIsRemoved) {
  EXPECT_EQ(elements("[ 1 ,\n\t\"a b\" , [ 2 ] ]"), (Strings{"1", "\"a b\"", "[ 2 ]"}));
}

TEST(ArrayElements, AnEmptyArrayHasNone) {
  EXPECT_TRUE(elements("[]").empty());
  EXPECT_TRUE(elements("[ \n ]").empty());
}

TEST(ArrayElements, EmptyElementsOfOtherKindsCount) {
  EXPECT_EQ(elements("[\"\",[],{}]"), (Strings{"\"\"", "[]", "{}"}));
}

TEST(IsJson, NothingMayStandBehindANul) {
  EXPECT_TRUE(is_json(R"( {"a":[1,2]} )"));
  EXPECT_FALSE(is_json("[1,2"));
  EXPECT_FALSE(is_json(""));
  EXPECT_FALSE(is_json("[1]\0, \""sv));
}

TEST(Members, ComeInTheirOrderWithNamesDecoded) {
  std::vector<std::string> found;
  for_each_member(R"({"a:":{"b":1}, "\u0062\"" : [2, 3] ,"a:":"}"})",
                  [&](const std::string& name, std::string_view value) {
                    found.push_back(name + " is " + std::string(value));
                  });
  EXPECT_EQ(found, (Strings{"a: is {\"b\":1}", "b\" is [2, 3]", "a: is \"}\""}));
}

TEST(StringOf, DecodesEscapes) {
  EXPECT_EQ(string_of(R"("")"), "");
  EXPECT_EQ(string_of(R"("plain")"), "plain");
  EXPECT_EQ(string_of(R"("a\n\"\u00e9")"), "a\n\"\u00e9");
}

TEST(FindMember, FindsItsOwnLevelOnly) {
  const char* object = R"({"a":{"b":1},"x,":"}", "b" : [2, 3] ,"c":"b"})";
  EXPECT_EQ(find_member(object, "b"), "[2, 3]");
  EXPECT_EQ(find_member(object, "x,"), "\"}\"");
  EXPECT_EQ(find_member(object, "d"), std::nullopt);
  EXPECT_EQ(find_member("{ }", "b"), std::nullopt);
}

TEST(FindMember, DecodesNamesAndTakesTheLastOne) {
  EXPECT_EQ(find_member(R"({"a":1,"\u0061":2,"\"":3})", "a"), "2");
  EXPECT_EQ(find_member(R"({"a":1,"\"":3})", "\""), "3");
}

}  // namespace
}  // namespace hearsay::protocol
