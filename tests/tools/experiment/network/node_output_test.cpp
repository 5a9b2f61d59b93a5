#include "tools/experiment/network/node_output.h"

#include <gtest/gtest.h>

#include <string>

namespace hearsay::bench {
namespace {

// What is wrong with the line, or "".
std::string wrong_with(std::string_view line) {
  OutputParser parser;
  const auto parsed = parser.parse(line);
  const auto* reason = std::get_if<std::string>(&parsed);
  return reason == nullptr ? "" : *reason;
}

TEST(NodeOutput, AMessageIsTakenApart) {
  OutputParser parser;
  const std::string line = R"( {"dest":"c1", "id": 4, "body":{"type":"x","a":[{}]} ,"src":"n1"} )";
  const auto parsed = parser.parse(line);
  const auto* envelope = std::get_if<Envelope>(&parsed);
  ASSERT_NE(envelope, nullptr);
  EXPECT_EQ(envelope->src, "n1");
  EXPECT_EQ(envelope->dest, "c1");
  EXPECT_EQ(envelope->body, R"({"type":"x","a":[{}]})");
  EXPECT_EQ(envelope->type, "x");
  EXPECT_EQ(envelope->oddity, "");
}

// The cases of the table in the README of tools/experiment/network.
class LegalLine : public testing::TestWithParam<const char*> {};

TEST_P(LegalLine, IsAMessage) {
  EXPECT_EQ(wrong_with(GetParam()), "") << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    All, LegalLine,
    testing::Values(
        R"({"src":"n0","dest":"n1","body":{"type":"x","msg_id":null}})",
        R"({"src":"n0","dest":"n1","body":{"type":"x","msg_id":"a-1","in_reply_to":"b"}})",
        R"({"src":"n0","dest":"n1","body":{"type":"x","msg_id":1.5,"in_reply_to":-0.5e3}})",
        R"({"src":"n0","dest":"n1","body":{"msg_id":[1],"in_reply_to":{"a":null}}})",
        R"({"src":"n0","dest":"n1","body":{"msg_id":123456789012345678901234567890}})",
        R"({"src":"n0","dest":"n1","body":{"type":7}})", R"({"src":"n0","dest":"n1","body":{}})",
        R"({"src":"n0","dest":"n1"})", R"({"src":"n0","dest":"n1","body":null})",
        R"({"src":"n0","dest":"n1","body":[ ]})", R"({"src":"n0","dest":"n1","body":""})",
        R"({"src":"n0","dest":"n1","body":5,"body":{"type":"x"}})",
        R"({"id":-3,"src":"n0","dest":"n1","body":{}})",
        R"({"id":0,"src":"n0","dest":"n1","body":{}})",
        R"({"src":"n0","dest":"n1","body":{},"id":123456789012345678901234567890})",
        R"({"id":"x","src":"n0","dest":"n1","body":{},"id":4})",
        R"({"s\u0072c":"n0","\u0064est":"n1","b\u006fdy":{},"\u0069d":1})",
        R"({"src":"","dest":"","body":{}})",
        "\t{ \"src\" : \"n0\" ,\t\"dest\" : \"n1\" , \"body\" : { } } \r"),
    [](const auto& parameter) { return std::to_string(parameter.index); });

class IllegalLine : public testing::TestWithParam<const char*> {};

TEST_P(IllegalLine, IsNamed) {
  EXPECT_NE(wrong_with(GetParam()), "") << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    All, IllegalLine,
    testing::Values(
        "", " \t", "\r", "hello", "[1]", "[]", "5", "null", "true", R"("text")", "{}", "{", "}",
        R"({"dest":"n0","body":{"type":"x"}})", R"({"src":"n0","body":{"type":"x"}})",
        R"({"src":"n0","dest":"n1","body":{"type":"x"})", R"({"src":0,"dest":"n1","body":{}})",
        R"({"src":"n0","dest":null,"body":{}})", R"({"src":"n0","dest":["n1"],"body":{}})",
        R"({"src":"n0","dest":"n1","body":5})", R"({"src":"n0","dest":"n1","body":true})",
        R"({"src":"n0","dest":"n1","body":"x"})", R"({"src":"n0","dest":"n1","body":[1]})",
        R"({"src":"n0","dest":"n1","body":{},"body":7})",
        R"({"id":null,"src":"n0","dest":"n1","body":{}})",
        R"({"id":"1","src":"n0","dest":"n1","body":{}})",
        R"({"id":1.0,"src":"n0","dest":"n1","body":{}})",
        R"({"id":1e2,"src":"n0","dest":"n1","body":{}})",
        R"({"id":[1],"src":"n0","dest":"n1","body":{}})",
        R"({"id":true,"src":"n0","dest":"n1","body":{}})",
        R"({"id":4,"src":"n0","dest":"n1","body":{},"id":null})",
        R"({"\u0069d":null,"src":"n0","dest":"n1","body":{}})",
        R"({"src":"n0","dest":"n1","body":{},"":1})", R"({"SRC":"n0","dest":"n1","body":{}})",
        "{\"src\":\"n0\",\r\"dest\":\"n1\",\"body\":{}}",
        "\r{\"src\":\"n0\",\"dest\":\"n1\",\"body\":{}}", "{'src':'n0','dest':'n1','body':{}}",
        R"({"src":"n0","dest":"n1","body":{"a":NaN}})", R"({"src":"n0","dest":"n1","body":{},})",
        "\xEF\xBB\xBF{\"src\":\"n0\",\"dest\":\"n1\",\"body\":{}}"),
    [](const auto& parameter) { return std::to_string(parameter.index); });

TEST(NodeOutput, AnObjectAsPythonOrJavaScriptPrintsItIsTold) {
  for (const char* line : {"{ 'src': 'n0'}", "{ src: 'n0', dest: 'c1' }", "[object Object]"}) {
    EXPECT_NE(
        wrong_with(line).find("in Python print json.dumps(message), in JavaScript console.log"),
        std::string::npos)
        << line;
  }
  EXPECT_EQ(wrong_with("{\"src\": 'n0'}").find("json.dumps"), std::string::npos);
  EXPECT_EQ(wrong_with("{1: 2}").find("json.dumps"), std::string::npos);
}

TEST(NodeOutput, ANulByteIsNamed) {
  using namespace std::string_literals;
  const std::string torn = R"(est":"n0","body":{}}{"src":"n1","d{"src":"n1"})";
  EXPECT_NE(wrong_with(torn).find("does one thread at a time print"), std::string::npos)
      << wrong_with(torn);
  EXPECT_EQ(wrong_with("\0{}"s).find("not JSON, at byte 1: a NUL byte"), 0U);
  EXPECT_EQ(wrong_with("{\"src\":\0"s).find("not JSON, at byte 8: a NUL byte"), 0U);
  EXPECT_EQ(wrong_with("{\"src\":").find("NUL"), std::string::npos);
}

TEST(NodeOutput, WhatMaelstromTakesAlthoughItIsOddIsTakenAndSaid) {
  OutputParser parser;
  const std::string trailing = R"({"src":"n0","dest":"n1","body":{}}{"src":"n0"})";
  auto parsed = parser.parse(trailing);
  ASSERT_NE(std::get_if<Envelope>(&parsed), nullptr);
  EXPECT_NE(std::get<Envelope>(parsed).oddity.find("text behind"), std::string::npos);
  EXPECT_EQ(std::get<Envelope>(parsed).body, "{}");

  const std::string foreign = "{\"src\":\"n0\",\"dest\":\"n1\",\"body\":{\"type\":\"\xFF\"}}";
  parsed = parser.parse(foreign);
  ASSERT_NE(std::get_if<Envelope>(&parsed), nullptr);
  EXPECT_NE(std::get<Envelope>(parsed).oddity.find("not UTF-8"), std::string::npos);
  EXPECT_EQ(std::get<Envelope>(parsed).body, "{\"type\":\"\xEF\xBF\xBD\"}");

  const std::string half = R"({"src":"n0","dest":"n1","body":{"type":"a\uD83D"}})";
  parsed = parser.parse(half);
  ASSERT_NE(std::get_if<Envelope>(&parsed), nullptr);
  EXPECT_NE(std::get<Envelope>(parsed).oddity.find("surrogate"), std::string::npos);
  EXPECT_EQ(std::get<Envelope>(parsed).body, R"({"type":"a?"})");
}

TEST(NodeOutput, NamesAndStringsHaveALimit) {
  const auto with_name = [](const std::string& name) {
    return R"({"src":"n0","dest":"n1","body":{")" + name + R"(":1}})";
  };
  EXPECT_EQ(wrong_with(with_name(std::string(50'000, 'x'))), "");
  EXPECT_EQ(wrong_with(with_name(std::string(50'001, 'x'))).find("a name of more than 50000"), 0U);
  std::string wide;
  std::string escaped;
  for (int i = 0; i < 50'000; ++i) wide += "\u00e9";
  for (int i = 0; i < 50'000; ++i) escaped += R"(\u0041)";
  EXPECT_EQ(wrong_with(with_name(wide)), "") << "bytes are no characters";
  EXPECT_EQ(wrong_with(with_name(escaped)), "");
  EXPECT_NE(wrong_with(with_name(escaped + "x")), "");
  const auto with_string = [](std::size_t size) {
    return R"({"src":"n0","dest":"n1","body":{"a":")" + std::string(size, 'x') + "\"}}";
  };
  EXPECT_EQ(wrong_with(with_string(20'000'000)), "");
  EXPECT_EQ(wrong_with(with_string(20'000'001)).find("a string of more than 20000000"), 0U);
}

TEST(NodeOutput, ControlCharactersInStringsAreTakenAndSaid) {
  using namespace std::string_literals;
  OutputParser parser;
  for (const auto& [raw, escaped] :
       {std::pair{"\t"s, R"(\u0009)"s}, std::pair{"\x1F"s, R"(\u001f)"s},
        std::pair{"\0"s, R"(\u0000)"s}, std::pair{R"(\"\\)"s + "\x01", R"(\"\\\u0001)"s}}) {
    const std::string line =
        R"({"src":"n0",)" + "\t"s + R"("dest":"n1","body":{"type":"a)" + raw + "\"}}";
    const auto parsed = parser.parse(line);
    ASSERT_NE(std::get_if<Envelope>(&parsed), nullptr) << std::get<std::string>(parsed);
    EXPECT_NE(std::get<Envelope>(parsed).oddity.find("control character"), std::string::npos);
    EXPECT_EQ(std::get<Envelope>(parsed).body, R"({"type":"a)" + escaped + "\"}");
  }
  EXPECT_EQ(wrong_with(R"({"src":"n0","dest":"n1","body":{"type")" + "\x01"s + R"(:"a"}})")
                .find("not JSON"),
            0U)
      << "between strings it is none";
}

TEST(NodeOutput, BracketsInEachOtherHaveALimit) {
  const auto nested = [](std::size_t depth) {
    return R"({"src":"n0","dest":"n1","body":{"a":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}}";
  };
  EXPECT_EQ(wrong_with(nested(990)), "");
  EXPECT_NE(wrong_with(nested(1000)).find("1000 brackets"), std::string::npos);
  EXPECT_NE(wrong_with(nested(1'000'000)).find("1000 brackets"), std::string::npos);
  std::string many = "1";
  for (int i = 0; i < 3000; ++i) many += ",[]";
  const std::string flat = R"({"src":"n0","dest":"n1","body":{"a":"]]]","b":[)" + many + "]}}";
  EXPECT_EQ(wrong_with(flat), "") << "many, but side by side";
}

TEST(NodeOutput, APrintedLineIsSaidToBelongToStderr) {
  EXPECT_NE(wrong_with("Traceback (most recent call last):").find("stderr"), std::string::npos);
}

TEST(NodeOutput, AMessageOverSeveralLinesIsToldSo) {
  const std::string advice = "a message is one line";
  EXPECT_NE(wrong_with("{").find(advice), std::string::npos);
  EXPECT_NE(wrong_with(R"({"src":"n1",)").find(advice), std::string::npos);
  EXPECT_EQ(wrong_with(R"({"src":"n1"}})").find(advice), std::string::npos);
}

TEST(NodeOutput, AnExtraTopLevelKeyIsNamed) {
  const std::string reason =
      wrong_with(R"({"src":"n0","dest":"n1","body":{"type":"x"},"via":{"src":"n3"}})");
  EXPECT_NE(reason.find("\"via\""), std::string::npos) << reason;
}

TEST(NodeOutput, KeysInsideTheBodyAndColonsInStringsAreNoKeys) {
  EXPECT_EQ(wrong_with(R"({"src":"n0","body":{"type":"x","via":{"q":":\""}},"dest":"n\": 1"})"),
            "");
  EXPECT_EQ(wrong_with(R"({"src":"\"via\":","dest":"n1","body":{"type":"\\"}})"), "");
}

}  // namespace
}  // namespace hearsay::bench
