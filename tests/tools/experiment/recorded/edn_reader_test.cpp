#include "tools/experiment/recorded/edn_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tools/experiment/recorded/bad_text.h"

namespace hearsay::bench {
namespace {

struct EdnCase {
  const char* name;
  const char* edn;
  const char* json;  // of all the values
};

class Edn : public testing::TestWithParam<EdnCase> {};

TEST_P(Edn, IsReadAsJson) {
  EXPECT_EQ(nlohmann::json(read_edn(GetParam().edn)), nlohmann::json::parse(GetParam().json));
}

INSTANTIATE_TEST_SUITE_P(
    Values, Edn,
    testing::Values(
        EdnCase{"nothing", " ,\n ; a comment", "[]"},
        EdnCase{"words", "nil true false :a :a/b sym x.y/z -",
                R"([null,true,false,"a","a/b","sym","x.y/z","-"])"},
        EdnCase{"numbers", "0 -7 +7 007 1.5 -2.0E3 1e2 1.5M 12N",
                "[0,-7,7,7,1.5,-2000.0,100.0,1.5,12]"},
        EdnCase{"large_numbers",
                "9223372036854775807 18446744073709551615 123456789012345678901N 1/3",
                R"([9223372036854775807,18446744073709551615,"123456789012345678901","1/3"])"},
        EdnCase{"no_numbers", "##Inf ##-Inf ##NaN", R"(["Inf","-Inf","NaN"])"},
        EdnCase{"characters", R"(\a \newline \( \u00e9 [\]])", R"(["a","\n","(","é",["]"]])"},
        EdnCase{"strings", R"("" "q\"\\\n\t" "\u00e9\ud83d\ude00" "\101\0")",
                R"(["","q\"\\\n\t","é😀","A\u0000"])"},
        EdnCase{"lists", "[1 2] (1 [2]) #{1} []", "[[1,2],[1,[2]],[1],[]]"},
        EdnCase{"maps", R"({:a 1, "b" 2, c 3, 4 5, [6 7] 8, nil 9} {})",
                R"([{"a":1,"b":2,"c":3,"4":5,"[6,7]":8,"null":9},{}])"},
        EdnCase{"tags", R"(#jepsen.history.Op{:type :ok} #inst "2024" #a #b [1] #"re")",
                R"([{"type":"ok"},"2024",[1],"re"])"},
        EdnCase{"metadata", "^:a [1] ^{:b 2} x #^y z", R"([[1],"x","z"])"},
        EdnCase{"namespaced_maps", "#:p{:a 1} #::q{:b 2}", R"([{"p/a":1},{":q/b":2}])"},
        EdnCase{"discarded", "1 #_2 #_[3 #_4] 5 [#_6] {#_7 :a 8 #_9} #_ #_ 1 2",
                R"([1,5,[],{"a":8}])"},
        EdnCase{"comments", "[1 ; ]\n 2] ;", "[[1,2]]"},
        EdnCase{"what_stands_close", R"([1"a"[2]:b{:c 3}#{4}])",
                R"([[1,"a",[2],"b",{"c":3},[4]]])"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

struct BadEdn {
  const char* name;
  const char* edn;
  const char* message;
};

class RefusedEdn : public testing::TestWithParam<BadEdn> {};

TEST_P(RefusedEdn, SaysWhereAndWhy) {
  try {
    read_edn(GetParam().edn);
    FAIL() << "it was read";
  } catch (const BadText& error) {
    EXPECT_EQ(std::string(error.what()), GetParam().message);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusedEdn,
    testing::Values(
        BadEdn{"a_key_twice", "{:a 1 :a 2}", "line 1, column 7: the key a is there twice"},
        BadEdn{"cut_map", "1\n {:a 1",
               "line 2, column 7: the text ends within the map that begins in line 2, column 2: it "
               "was cut off, or a } is missing"},
        BadEdn{
            "cut_list", "[1",
            "line 1, column 3: the text ends within the list that begins in line 1, column 1: it "
            "was cut off, or a ] is missing"},
        BadEdn{
            "wrong_bracket", "[1}",
            "line 1, column 3: } where the list that begins in line 1, column 1 should end with ]"},
        BadEdn{"lone_bracket", "1 )", "line 1, column 3: ) where a value should be"},
        BadEdn{"odd_map", "{:a 1 :b}", "line 1, column 7: the key b has no value"},
        BadEdn{"open_string", "[1 \"a", "line 1, column 4: the string that begins here has no end"},
        BadEdn{"bad_escape", R"("\q")", "line 1, column 3: \\q is no escape within a string"},
        BadEdn{"short_code", R"("\u12")",
               "line 1, column 3: four hexadecimal digits belong behind \\u"},
        BadEdn{"tag_without_value", "#a", "line 1, column 3: the text ends here"},
        BadEdn{"nothing_discarded", "#_", "line 1, column 3: the text ends here"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(EdnReader, BracketsHaveALimit) {
  const std::string deep(100'000, '[');
  EXPECT_THROW(read_edn(deep), BadText);
  EXPECT_THROW(read_edn("#_" + deep), BadText);
}

TEST(EdnReader, ASequenceIsReadValueByValue) {
  EdnReader reader(" ( 1 [2] ) :rest");
  ASSERT_TRUE(reader.enter_sequence());
  ASSERT_FALSE(reader.leave_sequence());
  EXPECT_EQ(reader.next(), 1);
  ASSERT_FALSE(reader.leave_sequence());
  EXPECT_EQ(reader.next(), nlohmann::json({2}));
  EXPECT_TRUE(reader.leave_sequence());
  EXPECT_FALSE(reader.at_end());
}

}  // namespace
}  // namespace hearsay::bench
