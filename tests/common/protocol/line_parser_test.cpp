#include "common/protocol/line_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/common/protocol/repeated.h"

namespace hearsay::protocol {
namespace {

using test::repeated;

// A line whose body is `body`.
std::string line_with(const std::string& body) {
  return R"({"src":"c1","dest":"n1","body":)" + body + "}";
}

class LineParserTest : public testing::Test {
 protected:
  // The result's views are good until the next call, as those of the parser.
  Message good(const std::string& line) {
    line_ = line;
    auto result = parser_.parse(line_);
    if (const auto* bad = std::get_if<BadLine>(&result)) {
      ADD_FAILURE() << line_.substr(0, 200) << ": " << bad->reason;
      return {};
    }
    body_ = std::get<ParsedLine>(result).body;
    return std::get<ParsedLine>(result).message;
  }

  BadLine bad(const std::string& line) {
    line_ = line;
    auto result = parser_.parse(line_);
    if (auto* found = std::get_if<BadLine>(&result)) return *found;
    ADD_FAILURE() << line_.substr(0, 200) << ": no BadLine";
    return {};
  }

  std::string reason(const std::string& line) { return bad(line).reason; }

  void expect_fields(const Message& message,
                     const std::vector<std::pair<std::string, std::string>>& expected) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const Field& field : message.fields) found.emplace_back(field.name, field.json);
    EXPECT_EQ(found, expected) << line_;
  }

  LineParser parser_;
  std::string line_;
  std::string_view body_;
};

TEST_F(LineParserTest, TheWholeMessage) {
  const auto message = good(
      R"({"id":1,"src":"c1","dest":"n1","body":{"type":"x","msg_id":7,"in_reply_to":-3,"a":"b"}})");
  EXPECT_EQ(message.src, "c1");
  EXPECT_EQ(message.dest, "n1");
  EXPECT_EQ(message.type, "x");
  EXPECT_EQ(message.msg_id, 7);
  EXPECT_EQ(message.in_reply_to, -3);
  EXPECT_EQ(message.field("a"), R"("b")");
  EXPECT_EQ(message.field("b"), std::nullopt);
  EXPECT_EQ(body_, R"({"type":"x","msg_id":7,"in_reply_to":-3,"a":"b"})");
}

TEST_F(LineParserTest, TheBodyMayComeFirstAndIdsMayBeAbsent) {
  const auto message = good(R"({"body":{"v":1,"type":""},"dest":"n1","src":"c1"})");
  EXPECT_EQ(message.src, "c1");
  EXPECT_EQ(message.type, "");
  EXPECT_EQ(message.msg_id, std::nullopt);
  EXPECT_EQ(message.in_reply_to, std::nullopt);
  expect_fields(message, {{"v", "1"}});
}

TEST_F(LineParserTest, ValuesAreTakenAsTheyStand) {
  const auto message = good(line_with(
      "{\"type\" :\t\"x\",\"int\" : -12 ,\"float\":1.50E+2,\"big\":123456789012345678901234567890"
      ",\"t\": true,\"f\":false,\"n\" :null,\"s\":\r\"a\\n\\u00e9\" ,\"o\" : { \"src\" : [ 1 ] } "
      ",\"a\":[ [ ] , {\"msg_id\":9} ],\"last\":0}"));
  expect_fields(message, {{"int", "-12"},
                          {"float", "1.50E+2"},
                          {"big", "123456789012345678901234567890"},
                          {"t", "true"},
                          {"f", "false"},
                          {"n", "null"},
                          {"s", R"("a\n\u00e9")"},
                          {"o", R"({ "src" : [ 1 ] })"},
                          {"a", R"([ [ ] , {"msg_id":9} ])"},
                          {"last", "0"}});
  EXPECT_EQ(message.src, "c1");
  EXPECT_EQ(message.msg_id, std::nullopt);
}

TEST_F(LineParserTest, WhiteSpaceAndByteOrderMarkAroundTheObject) {
  EXPECT_EQ(good(" \t" + line_with(R"({"type":"x"})") + " \r").type, "x");
  EXPECT_EQ(good("\xEF\xBB\xBF" + line_with(R"({"type":"x","v":5})")).field("v"), "5");
}

TEST_F(LineParserTest, KeysOfOtherLevelsDoNotCount) {
  const auto message =
      good(R"({"id":{"src":"no","type":"no","body":{"type":"no"}},"list":[{"dest":"no"},"src"],)"
           R"("src":"c1","type":"no","msg_id":"no","dest":"n1","body":{"type":"x","src":"mine"}})");
  EXPECT_EQ(message.src, "c1");
  EXPECT_EQ(message.dest, "n1");
  EXPECT_EQ(message.type, "x");
  EXPECT_EQ(message.msg_id, std::nullopt);
  expect_fields(message, {{"src", R"("mine")"}});
}

TEST_F(LineParserTest, EscapedStringsAreDecoded) {
  const auto message =
      good(R"({"s\u0072c":"\u006e0","dest":"\"\ud83d\ude00","\u0062ody":{"ty\u0070e":"a\/b",)"
           R"("msg\u005fid":1,"\u006b\n":"\u006b","k2":2}})");
  EXPECT_EQ(message.src, "n0");
  EXPECT_EQ(message.dest, "\"\xF0\x9F\x98\x80");
  EXPECT_EQ(message.type, "a/b");
  EXPECT_EQ(message.msg_id, 1);
  expect_fields(message, {{"k\n", R"("\u006b")"}, {"k2", "2"}});
}

TEST_F(LineParserTest, OfARepeatedKeyTheLastValueCounts) {
  const auto message = good(
      R"({"src":5,"body":{"type":"no","msg_id":1,"gone":1},"src":"c1","dest":"n0","dest":"n1",)"
      R"("body":{"b":1,"type":1,"a":1,"\u0062":[2],"type":"x","b":3,"c":4}})");
  EXPECT_EQ(message.src, "c1");
  EXPECT_EQ(message.dest, "n1");
  EXPECT_EQ(message.type, "x");
  EXPECT_EQ(message.msg_id, std::nullopt);
  expect_fields(message, {{"b", "3"}, {"a", "1"}, {"c", "4"}});
}

TEST_F(LineParserTest, AMessageIsAnObject) {
  EXPECT_EQ(reason(""), "empty line");
  EXPECT_EQ(reason(" \t\r"), "empty line");
  EXPECT_EQ(reason("[]"), "a message must be a JSON object, not an array");
  EXPECT_EQ(reason(R"([{"src":"c1","dest":"n1","body":{"type":"x"}}])"),
            "a message must be a JSON object, not an array");
  EXPECT_EQ(reason("17"), "a message must be a JSON object, not an integer");
  EXPECT_EQ(reason("1.5"), "a message must be a JSON object, not a float");
  EXPECT_EQ(reason("\"src\""), "a message must be a JSON object, not a string");
  EXPECT_EQ(reason("null"), "a message must be a JSON object, not null");
  EXPECT_EQ(reason("true"), "a message must be a JSON object, not a boolean");
}

TEST_F(LineParserTest, TheFaultyFieldIsNamed) {
  EXPECT_EQ(reason("{}"), "missing field 'src'");
  EXPECT_EQ(reason(R"({"src":"c1"})"), "missing field 'dest'");
  EXPECT_EQ(reason(R"({"src":"c1","dest":"n1"})"), "missing field 'body'");
  EXPECT_EQ(reason(R"({"src":null,"dest":"n1"})"), "src must be a string, not null");
  EXPECT_EQ(reason(R"({"src":"","dest":"n1"})"), "src must not be empty");
  EXPECT_EQ(reason(R"({"src":"c1","dest":["n1"]})"), "dest must be a string, not an array");
  EXPECT_EQ(reason(R"({"src":"c1","dest":""})"), "dest must not be empty");
  EXPECT_EQ(reason(line_with("\"x\"")), "body must be an object, not a string");
  EXPECT_EQ(reason(line_with("[{\"type\":\"x\"}]")), "body must be an object, not an array");
  EXPECT_EQ(reason(line_with("{}")), "missing field 'body.type'");
  EXPECT_EQ(reason(line_with(R"({"type":{"type":"x"}})")),
            "body.type must be a string, not an object");
}

TEST_F(LineParserTest, IdsAreIntegersOf64Bits) {
  const auto with_id = [](const std::string& id) {
    return line_with(R"({"type":"x","msg_id":)" + id + R"(,"v":1})");
  };
  EXPECT_EQ(good(with_id("9223372036854775807")).msg_id, INT64_MAX);
  EXPECT_EQ(good(with_id("-9223372036854775808")).msg_id, INT64_MIN);
  const std::string integer = "body.msg_id must be an integer, not ";
  for (const char* large :
       {"9223372036854775808", "-9223372036854775809", "99999999999999999999"}) {
    EXPECT_EQ(reason(with_id(large)), integer + "one beyond 64 bits");
  }
  EXPECT_EQ(reason(with_id("1.0")), integer + "a float");
  EXPECT_EQ(reason(with_id("1e3")), integer + "a float");
  EXPECT_EQ(reason(with_id("\"1\"")), integer + "a string");
  EXPECT_EQ(reason(with_id("null")), integer + "null");
  EXPECT_EQ(reason(with_id("[1]")), integer + "an array");
  EXPECT_EQ(reason(line_with(R"({"type":"x","in_reply_to":true})")),
            "body.in_reply_to must be an integer, not a boolean");
}

TEST_F(LineParserTest, WhatAnErrorReplyNeedsIsReported) {
  const auto shape = bad(line_with(R"({"msg_id":5,"type":9})"));
  EXPECT_EQ(shape.src, "c1");
  EXPECT_EQ(shape.dest, "n1");
  EXPECT_EQ(shape.msg_id, 5);
  const auto broken = bad(R"({"src":"c1","dest":"n1","body":{"type":"x","msg_id":5,"v":[1,})");
  EXPECT_EQ(broken.src, "c1");
  EXPECT_EQ(broken.dest, "n1");
  EXPECT_EQ(broken.msg_id, 5);
  const auto nothing = bad(R"({"src":"","dest":7,"body":{"msg_id":1.5}})");
  EXPECT_EQ(nothing.src, std::nullopt);
  EXPECT_EQ(nothing.dest, std::nullopt);
  EXPECT_EQ(nothing.msg_id, std::nullopt);
}

// Of 123 only 12 may have arrived: the reply would go to another request.
TEST_F(LineParserTest, AnIdCutOffByTheEndOfTheLineIsNotReported) {
  const std::string start = R"({"src":"c1","dest":"n1","body":{"type":"x","msg_id":12)";
  EXPECT_EQ(bad(start).msg_id, std::nullopt);
  EXPECT_EQ(bad(start + " ").msg_id, 12);
}

TEST_F(LineParserTest, NoPrefixOfALineIsAMessage) {
  const std::string line = line_with(R"({"type":"x","msg_id":12,"v":{"a":[1,"b"]}})");
  for (std::size_t length = 0; length < line.size(); ++length) {
    const auto found = bad(line.substr(0, length));
    if (found.src) {
      EXPECT_EQ(found.src, "c1");
    }
    if (found.msg_id) {
      EXPECT_EQ(found.msg_id, 12);
    }
  }
}

TEST_F(LineParserTest, SyntaxErrorsNameThePlaceAndTheCause) {
  EXPECT_EQ(reason("hello"), "not valid JSON at byte 1: invalid literal, near: hello");
  EXPECT_EQ(reason("{\"src\":}"),
            "not valid JSON at byte 8: unexpected '}'; expected '[', '{', or a literal, near: "
            "{\"src\":}");
  EXPECT_EQ(
      reason("{\"a\":\"\x01\xFF\"}").find("not valid JSON at byte 7: invalid string: control"), 0U);
  EXPECT_EQ(reason(R"({"a":1e999})"),
            R"(not valid JSON at byte 11: number too large for a double, near: {"a":1e999})");
  EXPECT_NE(reason(R"({"a":"\ud800"})").find("surrogate"), std::string::npos);
  EXPECT_NE(reason(R"({"a":01})").find("not valid JSON"), std::string::npos);
  EXPECT_NE(reason(R"({"a":1,})").find("not valid JSON"), std::string::npos);
}

TEST_F(LineParserTest, InvalidUtf8) {
  for (const char* bytes : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF8\x88\x80\x80\x80"}) {
    const auto found =
        bad(line_with(R"({"type":"x","msg_id":4,"v":")" + std::string(bytes) + "\"}"));
    EXPECT_NE(found.reason.find("ill-formed UTF-8 byte"), std::string::npos) << found.reason;
    EXPECT_EQ(found.msg_id, 4);
  }
}

TEST_F(LineParserTest, NothingMayFollowTheObject) {
  const std::string line = line_with(R"({"type":"x"})");
  EXPECT_NE(reason(line + "x").find("not valid JSON"), std::string::npos);
  EXPECT_NE(reason(line + line).find("not valid JSON"), std::string::npos);
  EXPECT_NE(reason(line + "}").find("not valid JSON"), std::string::npos);
}

// nlohmann takes a NUL byte for the end of its input.
TEST_F(LineParserTest, NulBytesAreNeverTheEnd) {
  const std::string line = line_with(R"({"type":"x"})");
  const std::string nul(1, '\0');
  EXPECT_NE(reason(line + nul).find("NUL byte"), std::string::npos);
  EXPECT_NE(reason(line + " " + nul + "x").find("NUL byte, near: "), std::string::npos);
  EXPECT_NE(reason(nul + line).find("NUL byte"), std::string::npos);
  for (std::size_t at = 0; at < line.size(); ++at) {
    reason(line.substr(0, at) + nul + line.substr(at));
    reason(line.substr(0, at) + nul);
  }
}

TEST_F(LineParserTest, ReasonsAreShortAndPrintable) {
  const std::string megabyte = repeated("\xFF\t\x01z", 250'000);
  for (const std::string& line : {megabyte, "\"" + megabyte, line_with("\"" + megabyte + "\""),
                                  std::string("{\"") + repeated("k", 1'000'000) + "\":}",
                                  std::string("[") + repeated(" \t\r", 300'000) + "x"}) {
    const std::string found = reason(line);
    EXPECT_LT(found.size(), 400U);
    for (const char c : found) EXPECT_TRUE(c >= 0x20 && c < 0x7F) << found;
  }
}

TEST_F(LineParserTest, DeepNesting) {
  constexpr std::size_t kDepth = 1'000'000;
  EXPECT_NE(reason(repeated("[", kDepth)).find("unexpected end of input"), std::string::npos);
  reason(repeated("{\"a\":", kDepth));
  const std::string arrays = repeated("[", kDepth) + repeated("]", kDepth);
  const std::string objects = repeated(R"({"body":)", kDepth) + "1" + repeated("}", kDepth);
  const auto message =
      good(line_with(R"({"type":"x","a":)" + arrays + R"(,"o":)" + objects + R"(,"end":1})"));
  EXPECT_TRUE(message.field("a") == arrays);
  EXPECT_TRUE(message.field("o") == objects);
  EXPECT_EQ(message.field("end"), "1");
}

std::string body_of_fields(std::size_t count) {
  std::string body = R"({"type":"x")";
  for (std::size_t i = 0; i < count; ++i) {
    body += ",\"" + std::to_string(i * 7919 % count) + "\":" + std::to_string(i);
  }
  return body + "}";
}

TEST_F(LineParserTest, ManyFieldsAreBounded) {
  const auto message = good(line_with(body_of_fields(65536)));
  ASSERT_EQ(message.fields.size(), 65536U);
  EXPECT_EQ(message.fields[65535].json, "65535");
  EXPECT_EQ(reason(line_with(body_of_fields(65537))), "body must not have more than 65536 fields");
  EXPECT_EQ(good(line_with(R"({"type":"x"})")).fields.size(), 0U);
}

TEST_F(LineParserTest, ManyTabsAreBounded) {
  const std::string line = line_with(R"({"type":"x"})");
  EXPECT_EQ(good(repeated("\t", 1'000'000) + line).type, "x");
  EXPECT_EQ(reason(line + repeated("\t\r", 500'001)),
            "more than 1000000 tabs, carriage returns and line feeds");
}

TEST_F(LineParserTest, LongLines) {
  const std::string text = std::string("\"") + repeated("x", 20'000'000) + "\"";
  EXPECT_TRUE(good(line_with(R"({"type":"echo","msg_id":1,"echo":)" + text + "}")).field("echo") ==
              text);
}

}  // namespace
}  // namespace hearsay::protocol
