// Lines that are no good, given to a real node: it answers where it can, and lives on.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kNoAnswer = -1;
constexpr std::int64_t kId = 7;  // of every bad line that has one

struct BadInput {
  const char* name;
  std::string line;
  std::int64_t code = kNoAnswer;
  const char* told = "";    // a part of the error's text
  const char* traced = "";  // a part of the node's stderr
};

std::string with_body(const std::string& body) {
  return R"({"src":"c1","dest":"n1","body":)" + body + "}";
}

std::vector<BadInput> bad_inputs() {
  return {
      {"no_json", "this is no JSON", kNoAnswer, "", "not valid JSON"},
      {"an_array", "[1,2]", kNoAnswer, "", "must be a JSON object"},
      {"a_string", R"("x")", kNoAnswer, "", "must be a JSON object"},
      {"a_number", "7", kNoAnswer, "", "must be a JSON object"},
      {"null", "null", kNoAnswer, "", "must be a JSON object"},
      {"an_empty_object", "{}", kNoAnswer, "", "missing field 'src'"},
      {"an_empty_line", "", kNoAnswer, "", "empty line"},
      {"white_space", " \t\r", kNoAnswer, "", "empty line"},
      {"two_objects", "{} {}", kNoAnswer, "", "line_rejected"},
      {"missing_src", R"({"dest":"n1","body":{"type":"echo","msg_id":7,"echo":1}})", kNoAnswer, "",
       "missing field 'src'"},
      {"missing_dest", R"({"src":"c1","body":{"type":"echo","msg_id":7,"echo":1}})", kNoAnswer, "",
       "missing field 'dest'"},
      {"missing_body", R"({"src":"c1","dest":"n1"})", kNoAnswer, "", "missing field 'body'"},
      {"missing_type", with_body(R"({"msg_id":7})"), 12, "missing field 'body.type'"},
      {"missing_type_and_msg_id", with_body("{}"), kNoAnswer, "", "missing field 'body.type'"},
      {"missing_msg_id", with_body(R"({"type":"echo","echo":1})"), kNoAnswer, "",
       "no msg_id to answer"},
      {"empty_src", R"({"src":"","dest":"n1","body":{"type":"echo","msg_id":7}})", kNoAnswer, "",
       "src must not be empty"},
      {"src_is_a_number", R"({"src":1,"dest":"n1","body":{"type":"echo","msg_id":7}})", kNoAnswer,
       "", "src must be a string"},
      {"dest_is_null", R"({"src":"c1","dest":null,"body":{"type":"echo","msg_id":7}})", kNoAnswer,
       "", "dest must be a string"},
      {"body_is_a_string", with_body(R"("x")"), kNoAnswer, "", "body must be an object"},
      {"type_is_a_number", with_body(R"({"type":1,"msg_id":7})"), 12, "body.type must be"},
      {"msg_id_is_a_string", with_body(R"({"type":"echo","msg_id":"7"})"), kNoAnswer, "",
       "body.msg_id must be an integer"},
      {"msg_id_is_a_float", with_body(R"({"type":"echo","msg_id":7.5})"), kNoAnswer, "",
       "body.msg_id must be an integer"},
      {"msg_id_is_huge", with_body(R"({"type":"echo","msg_id":99999999999999999999})"), kNoAnswer,
       "", "body.msg_id must be an integer"},
      {"in_reply_to_is_a_list", with_body(R"({"type":"x","msg_id":7,"in_reply_to":[]})"), 12,
       "body.in_reply_to must be"},
      {"unknown_type", with_body(R"({"type":"dance","msg_id":7})"), 10, "unknown type 'dance'"},
      {"empty_type", with_body(R"({"type":"","msg_id":7})"), 10, "unknown type"},
      {"unknown_type_without_msg_id", with_body(R"({"type":"dance"})"), kNoAnswer, "",
       "unknown type"},
      {"an_answer_nobody_waits_for", with_body(R"({"type":"echo_ok","in_reply_to":7})"), kNoAnswer,
       "", "message_dropped"},
      {"an_error_nobody_waits_for",
       with_body(R"({"type":"error","msg_id":7,"in_reply_to":7,"code":13})"), kNoAnswer, "",
       "message_dropped"},
      {"echo_of_nothing", with_body(R"({"type":"echo","msg_id":7})"), 12, "'body.echo'"},
      {"broadcast_of_nothing", with_body(R"({"type":"broadcast","msg_id":7})"), 12,
       "'body.message'"},
      {"topology_is_a_string", with_body(R"({"type":"topology","msg_id":7,"topology":"x"})"), 12,
       "body.topology must be"},
      {"topology_of_numbers", with_body(R"({"type":"topology","msg_id":7,"topology":{"n1":[2]}})"),
       12, "body.topology names a neighbour"},
      {"topology_of_a_string",
       with_body(R"({"type":"topology","msg_id":7,"topology":{"n1":"n2"}})"), 12, "body.topology"},
      {"topology_of_a_stranger",
       with_body(R"({"type":"topology","msg_id":7,"topology":{"n1":["n9"]}})"), 12,
       "body.topology names a neighbour"},
      {"gossip_of_a_string", with_body(R"({"type":"gossip","msg_id":7,"messages":"x"})"), 12,
       "body.messages must be"},
      {"gossip_without_answer", with_body(R"({"type":"gossip","messages":"x"})"), kNoAnswer, "",
       "body.messages must be"},
      {"invalid_utf8", with_body("{\"type\":\"echo\",\"msg_id\":7,\"echo\":\"\xff\xfe\"}"), 12,
       "not valid JSON"},
      {"invalid_utf8_before_the_msg_id", with_body("{\"echo\":\"\xc3\",\"msg_id\":7}"), kNoAnswer,
       "", "not valid JSON"},
      {"invalid_utf8_as_src", "{\"src\":\"c\xff\",\"dest\":\"n1\",\"body\":{}}", kNoAnswer, "",
       "not valid JSON"},
      {"a_nul_byte", with_body(std::string("{\"type\":\"echo\",\"msg_id\":7,\"echo\":\"\0\"}", 36)),
       12, "not valid JSON"},
      {"cut_off", R"({"src":"c1","dest":"n1","body":{"type":"echo","msg_id":7,)", 12,
       "not valid JSON"},
      {"a_number_too_large", with_body(R"({"type":"echo","msg_id":7,"echo":1e999})"), 12,
       "not valid JSON"},
      {"not_for_us", R"({"src":"c1","dest":"n2","body":{"type":1,"msg_id":7}})", kNoAnswer, "",
       "line_rejected"},
  };
}

std::ostream& operator<<(std::ostream& out, const BadInput& bad) {
  return out << bad.name;
}

class BadInputTest : public testing::TestWithParam<BadInput> {};

TEST_P(BadInputTest, IsAnsweredWherePossibleAndSurvived) {
  const BadInput& bad = GetParam();
  Conversation conversation;
  conversation.say(bad.line);
  ASSERT_TRUE(conversation.still_echoes());
  ASSERT_EQ(conversation.count_answers(kId), bad.code == kNoAnswer ? 0U : 1U);
  if (bad.code != kNoAnswer) {
    const auto answer = conversation.answer_to(kId);
    EXPECT_EQ(type_of(answer), "error");
    EXPECT_EQ(error_code_of(answer), bad.code);
    EXPECT_EQ(answer["src"], "n1");
    EXPECT_EQ(answer["dest"], "c1");
    const auto text = answer["body"].value("text", "");
    EXPECT_NE(text.find(bad.told), std::string::npos) << text;
  }
  conversation.expect_good_end();
  EXPECT_NE(conversation.node().stderr_text().find(bad.traced), std::string::npos)
      << conversation.node().stderr_text();
}

INSTANTIATE_TEST_SUITE_P(Lines, BadInputTest, testing::ValuesIn(bad_inputs()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(BadInput, ABroadcastWithoutMsgIdIsKept) {
  Conversation conversation;
  conversation.say(with_body(R"({"type":"broadcast","message":42})"));
  conversation.say(request_line("c1", "n1", "read", 8));
  EXPECT_EQ(conversation.answer_to(8)["body"]["messages"], nlohmann::json::array({42}));
  conversation.expect_good_end();
}

TEST(BadInput, ManyLinesOfGarbageDoNoHarm) {
  Conversation conversation;
  std::string garbage;
  for (int i = 0; i < 20'000; ++i) garbage += "garbage\n";
  ASSERT_TRUE(conversation.node().send(garbage));
  conversation.expect_good_end();
}

}  // namespace
}  // namespace hearsay::test
