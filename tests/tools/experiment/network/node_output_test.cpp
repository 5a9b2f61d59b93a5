#include "tools/experiment/network/node_output.h"

#include <gtest/gtest.h>

namespace hearsay::bench {
namespace {

// What is wrong with the line, or "".
std::string wrong_with(std::string_view line) {
  protocol::LineParser parser;
  const auto parsed = parse_output(parser, line);
  const auto* reason = std::get_if<std::string>(&parsed);
  return reason == nullptr ? "" : *reason;
}

TEST(NodeOutput, AMessageIsTakenApart) {
  protocol::LineParser parser;
  const std::string line = R"( {"dest":"c1", "id": 4, "body":{"type":"x","a":[{}]} ,"src":"n1"} )";
  const auto parsed = parse_output(parser, line);
  const auto* envelope = std::get_if<Envelope>(&parsed);
  ASSERT_NE(envelope, nullptr);
  EXPECT_EQ(envelope->src, "n1");
  EXPECT_EQ(envelope->dest, "c1");
  EXPECT_EQ(envelope->body, R"({"type":"x","a":[{}]})");
}

TEST(NodeOutput, WhatMaelstromPunishesIsNamed) {
  EXPECT_NE(wrong_with(""), "");
  EXPECT_NE(wrong_with("hello"), "");
  EXPECT_NE(wrong_with("[1]"), "");
  EXPECT_NE(wrong_with(R"({"dest":"n0","body":{"type":"x"}})"), "");
  EXPECT_NE(wrong_with(R"({"src":"n0","body":{"type":"x"}})"), "");
  EXPECT_NE(wrong_with(R"({"src":"n0","dest":"n1","body":{"type":"x"})"), "");
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
