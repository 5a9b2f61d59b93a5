#include "tools/sim/delivered_line.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "common/protocol/line_parser.h"
#include "tools/experiment/time/random.h"

namespace hearsay::sim {
namespace {

std::string delivered(const std::string& body) {
  return R"({"id":17,"src":"n3","dest":"n1","body":)" + body + "}\n";
}

// Whether the line is taken apart; then it is what the parser makes of it.
bool is_read(const std::string& line) {
  std::vector<protocol::Field> fields;
  const auto message = read_delivered(line, fields);
  if (!message) return false;
  protocol::LineParser parser;
  const auto parsed = parser.parse(line);
  const auto* expected = std::get_if<protocol::ParsedLine>(&parsed);
  if (expected == nullptr) {
    ADD_FAILURE() << "the parser refuses " << line;
    return true;
  }
  EXPECT_EQ(message->src, expected->message.src);
  EXPECT_EQ(message->dest, expected->message.dest);
  EXPECT_EQ(message->type, expected->message.type);
  EXPECT_EQ(message->msg_id, expected->message.msg_id);
  EXPECT_EQ(message->in_reply_to, expected->message.in_reply_to);
  EXPECT_EQ(message->fields.size(), expected->message.fields.size()) << line;
  for (std::size_t i = 0; i < message->fields.size(); ++i) {
    EXPECT_EQ(message->fields[i].name, expected->message.fields[i].name);
    EXPECT_EQ(message->fields[i].json, expected->message.fields[i].json);
  }
  return true;
}

TEST(DeliveredLine, WhatNodesAndClientsSendIsRead) {
  for (
      const char* body :
      {R"({"type":"read","msg_id":1})", R"({"type":""})",
       R"({"type":"broadcast_ok","in_reply_to":-9223372036854775808,"msg_id":0})",
       R"({"type":"gossip-tell","epoch":0,"runs":[[1,60,1,[21,"a,b]","\"",{"x":[{}]}]]],"at":5.5})",
       R"({"message":{"type":"no type","msg_id":5},"type":"broadcast","a":null,"b":true})"}) {
    EXPECT_TRUE(is_read(delivered(body))) << body;
  }
}

TEST(DeliveredLine, WhatIsOddIsLeftToTheParser) {
  for (const char* body :
       {"{}", R"({"msg_id":1})", R"({"type":7})", R"({"type":"a\u0062"})", R"({ "type":"a"})",
        R"({"type": "a"})", R"({"type":"a","type":"b"})", R"({"type":"a","x":1,"x":2})",
        R"({"type":"a","\u0078":1})", R"({"type":"a","msg_id":1.0})",
        R"({"type":"a","msg_id":9223372036854775808})", R"({"type":"a","msg_id":1,"msg_id":2})",
        "[]", "7"}) {
    const std::string line = delivered(body);
    std::vector<protocol::Field> fields;
    const auto message = read_delivered(line, fields);
    EXPECT_TRUE(!message || is_read(line)) << body;
  }
  EXPECT_FALSE(is_read("")) << "no line at all";
  EXPECT_FALSE(is_read(R"({"src":"n3","dest":"n1","body":{"type":"a"}})"));
}

// Bodies of any members in any order, also such as come twice.
TEST(DeliveredLine, IsWhatTheParserMakesOfIt) {
  const char* members[] = {R"("type":"t")",       R"("type":"u,v")",  R"("msg_id":3)",
                           R"("in_reply_to":-4)", R"("a":[1,[2,3]])", R"("b":{"c":"}","d":[]})",
                           R"("e":"x\\\"y,z")",   R"("f":-1.5e3)",    R"("":"no name")",
                           R"("g":false)"};
  bench::Random random(7, "bodies");
  int read = 0;
  for (int round = 0; round < 2'000; ++round) {
    std::string body = "{";
    const std::uint64_t count = 1 + random.below(7);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) body += ',';
      body += members[random.below(std::size(members))];
    }
    read += is_read(delivered(body + "}")) ? 1 : 0;
  }
  EXPECT_GT(read, 200);
}

}  // namespace
}  // namespace hearsay::sim
