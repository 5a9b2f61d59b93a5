#include "common/protocol/canonical_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/common/protocol/random_json.h"
#include "tests/common/protocol/repeated.h"

namespace hearsay::protocol {
namespace {

using test::repeated;

using nlohmann::json;

std::string canonical(std::string_view text) {
  std::string out;
  append_canonical_json(out, text);
  return out;
}

TEST(CanonicalJson, Scalars) {
  EXPECT_EQ(canonical(" true "), "true");
  EXPECT_EQ(canonical("false"), "false");
  EXPECT_EQ(canonical("null"), "null");
  EXPECT_EQ(canonical(R"("aé\/\u000a\u0022")"), R"("aé/\n\"")");
}

TEST(CanonicalJson, IntegersKeepEveryDigit) {
  EXPECT_EQ(canonical("0"), "0");
  EXPECT_EQ(canonical("-0"), "0");
  EXPECT_EQ(canonical("42"), "42");
  EXPECT_EQ(canonical("-42"), "-42");
  EXPECT_EQ(canonical("9007199254740993"), "9007199254740993");
  EXPECT_EQ(canonical("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(canonical("[18446744073709551616]"), "[18446744073709551616]");
  EXPECT_EQ(canonical("-9223372036854775809"), "-9223372036854775809");
  EXPECT_EQ(canonical("[-9223372036854775808]"), "[-9223372036854775808]");
  const std::string digits = repeated("1234567890", 30);
  EXPECT_EQ(canonical("[" + digits + "]"), "[" + digits + "]");
}

TEST(CanonicalJson, FloatsAreShortestAndStayFloats) {
  EXPECT_EQ(canonical("1.0"), "1.0");
  EXPECT_EQ(canonical("1e2"), "100.0");
  EXPECT_EQ(canonical("100.0"), canonical("1E+2"));
  EXPECT_NE(canonical("1"), canonical("1.0"));
  EXPECT_EQ(canonical("-0.0"), "-0.0");
  EXPECT_EQ(canonical("0.1000000000000000055511151231257827"), "0.1");
  EXPECT_EQ(canonical("5e-324"), "5e-324");
  EXPECT_EQ(canonical("1.7976931348623157e308"), "1.7976931348623157e+308");
}

TEST(CanonicalJson, ObjectsAreInByteOrderOfTheirKeys) {
  EXPECT_EQ(canonical(R"( { "b" : 1 , "a" : [ 1 , { } , [ ] ] } )"), R"({"a":[1,{},[]],"b":1})");
  EXPECT_EQ(canonical(R"({"é":1,"z":2,"Z":3,"":4,"\u0001":5})"),
            R"({"":4,"\u0001":5,"Z":3,"z":2,"é":1})");
  EXPECT_EQ(canonical(R"([{"c":{"z":{},"y":[{"2":2,"1":1}]},"b":{}},{"k":0}])"),
            R"([{"b":{},"c":{"y":[{"1":1,"2":2}],"z":{}}},{"k":0}])");
}

TEST(CanonicalJson, OfARepeatedKeyTheLastValueStays) {
  EXPECT_EQ(canonical(R"({"a":1,"b":2,"a":{"x":3},"\u0061":4})"), R"({"a":4,"b":2})");
  EXPECT_EQ(canonical(R"({"a":{"x":1},"b":{"y":2},"a":{"z":3}})"), R"({"a":{"z":3},"b":{"y":2}})");
}

TEST(CanonicalJson, AppendsBehindWhatIsThere) {
  std::string out = "{";
  append_canonical_json(out, R"({"b":1,"a":2})");
  EXPECT_EQ(out, R"({{"a":2,"b":1})");
}

TEST(CanonicalJson, TextThatIsNoJsonStaysAsItIs) {
  EXPECT_EQ(canonical(R"({"b":1,)"), R"({"b":1,)");
  EXPECT_EQ(canonical("1e999"), "1e999");
  EXPECT_EQ(canonical(""), "");
}

// A million levels, with the keys of each in the wrong order: moving text at every level would be
// quadratic and never end.
TEST(CanonicalJson, DeepNesting) {
  constexpr std::size_t kDepth = 1'000'000;
  const std::string arrays = repeated("[", kDepth) + repeated("]", kDepth);
  EXPECT_TRUE(canonical(arrays) == arrays);
  const std::string objects = repeated(R"({"b":)", kDepth) + "0" + repeated(R"(,"a":1})", kDepth);
  const std::string expected = repeated(R"({"a":1,"b":)", kDepth) + "0" + repeated("}", kDepth);
  EXPECT_TRUE(canonical(objects) == expected);
}

TEST(CanonicalJson, PropertySameForEverySpellingOfAValue) {
  RandomJson random(1);
  for (int round = 0; round < 3000; ++round) {
    const json value = random.value(4);
    const std::string first = canonical(random.spell(value));
    ASSERT_EQ(first, canonical(random.spell(value))) << value;
    ASSERT_EQ(first, canonical(value.dump()));
    ASSERT_EQ(first, canonical(first)) << "not idempotent";
    const json read = json::parse(first);
    ASSERT_EQ(read, value) << first;
    ASSERT_EQ(read.dump(), value.dump()) << first;  // stricter: 1 == 1.0 for operator==
  }
}

TEST(CanonicalJson, PropertyEqualExactlyWhenTheValuesAre) {
  RandomJson random(2);
  int equal = 0;
  for (int round = 0; round < 20000; ++round) {
    const json a = random.value(1);
    const json b = random.value(1);
    const bool same = a.dump() == b.dump();
    equal += same ? 1 : 0;
    ASSERT_EQ(canonical(random.spell(a)) == canonical(random.spell(b)), same) << a << " " << b;
  }
  EXPECT_GT(equal, 100);
}

}  // namespace
}  // namespace hearsay::protocol
