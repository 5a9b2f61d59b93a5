// Messages that are larger than the ring, than any buffer, or than allowed; and very deep ones.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/shm/segment.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/sanitized.h"

namespace hearsay::test {
namespace {

// A large answer takes its time on a busy machine; that it may be dropped is not what is tested.
NodeSetup patient(std::vector<std::string> arguments = {}) {
  arguments.emplace_back("--reply-deadline-ms=600000");
  return {"hearsay-node", std::move(arguments)};
}

using nlohmann::json;

// Text of which no part looks like another, so that a part that got lost or moved is seen.
std::string text_of(std::size_t bytes) {
  std::string text;
  for (std::size_t number = 0; text.size() < bytes; ++number) text += std::to_string(number) + ' ';
  text.resize(bytes);
  return text;
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

// The DOM of such a value can't be compared without as deep a recursion, so the text is looked at.
std::string line_of_type(Conversation& conversation, const std::string& type) {
  const std::string wanted = R"("type":")" + type + '"';
  while (auto line = conversation.node().read_line()) {
    if (line->substr(0, 200).find(wanted) != std::string::npos) return *line;
  }
  return "";
}

class EchoOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(EchoOfSize, ComesBackIdentical) {
  Conversation conversation(patient());
  const std::string text = text_of(GetParam());
  conversation.say(echo_line(7, text));
  const auto answer = conversation.answer_to(7);
  ASSERT_EQ(type_of(answer), "echo_ok");
  EXPECT_TRUE(answer["body"]["echo"] == text);
  conversation.expect_good_end();
}

INSTANTIATE_TEST_SUITE_P(Bytes, EchoOfSize,
                         testing::Values(0, 32 * 1024 - 100, 32 * 1024, 64 * 1024 - 100,
                                         shm::kRingBytes - 8, shm::kRingBytes, 300'000, 1'000'000,
                                         20'000'000));

// All sizes around the boundaries of parts.
TEST(LargeMessages, EverySizeAroundAPartComesBackIdentical) {
  Conversation conversation(patient());
  for (std::size_t bytes = 32'500; bytes < 33'000; bytes += 7) {
    const auto id = static_cast<std::int64_t>(bytes);
    const std::string text = text_of(bytes);
    conversation.say(echo_line(id, text));
    EXPECT_TRUE(conversation.answer_to(id)["body"]["echo"] == text) << bytes;
  }
  conversation.expect_good_end();
}

TEST(LargeMessages, LargeValuesAreKeptAndReadBack) {
  Conversation conversation(patient({"--gossip=flood"}));
  const json values{text_of(300'000), text_of(1'000'000), 5};
  std::int64_t id = 1;
  for (const auto& value : values) {
    conversation.say(request_line("c1", "n1", "broadcast", id, {{"message", value}}));
    EXPECT_EQ(type_of(conversation.answer_to(id++)), "broadcast_ok");
  }
  conversation.say(request_line("c1", "n1", "read", 10));
  EXPECT_TRUE(conversation.answer_to(10)["body"]["messages"] == values);
  conversation.expect_good_end();
}

TEST(LargeMessages, AnAnswerLargerThanTheRingComesWhole) {
  Conversation conversation(patient(), {"n1"});
  json values = json::array();
  std::string requests;
  for (int value = 0; value < 600; ++value) {
    values.push_back(std::string(1'000, 'x') + std::to_string(value));
    requests += request_line("c1", "n1", "broadcast", value + 1, {{"message", values.back()}});
    requests += '\n';
  }
  ASSERT_TRUE(conversation.node().send(requests));
  conversation.say(request_line("c1", "n1", "read", 100'000));
  EXPECT_TRUE(conversation.answer_to(100'000)["body"]["messages"] == values);
  conversation.expect_good_end();
}

// The node's memory is bounded by one large message at a time, not by how many wait.
TEST(LargeMessages, ManyInARowComeBackInOrder) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrst";
  Conversation conversation(patient());
  std::string requests;
  for (const char c : kLetters) requests += echo_line(c, std::string(500'000, c)) + '\n';
  ASSERT_TRUE(conversation.node().send(requests));
  for (const char c : kLetters) {
    const auto answer = conversation.node().next_message();
    ASSERT_EQ(answered_by(answer), c);
    EXPECT_TRUE(answer["body"]["echo"] == std::string(500'000, c));
  }
  conversation.expect_good_end();
}

TEST(LargeMessages, ALineLongerThanAllowedIsTurnedAway) {
  Conversation conversation({"hearsay-node", {"--max-line-bytes=100000"}});
  const std::string sender = R"({"src":"c1","dest":"n1","body":{"type":"echo","msg_id":7,"echo":")";
  conversation.say(sender + std::string(150'000, 'x') + "\"}}");
  const auto answer = conversation.answer_to(7);
  EXPECT_EQ(error_code_of(answer), 12);
  EXPECT_NE(answer["body"]["text"].get<std::string>().find("longer than 100000 bytes"),
            std::string::npos)
      << answer;
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_good_end();
  EXPECT_EQ(conversation.count_answers(7), 1U);
}

// Its own node takes it, but its line to the others would be too long for them.
// Of a line that is too long more is kept than this: what is kept may be all of it, or a message
// before blanks.
TEST(LineLimit, HoldsHoweverShortItIs) {
  Conversation conversation({"hearsay-node", {"--max-line-bytes=1024"}});
  conversation.say(echo_line(7, std::string(2000, 'x')));
  EXPECT_EQ(error_code_of(conversation.answer_to(7)), 12);
  conversation.say(echo_line(8) + std::string(2000, ' '));
  EXPECT_EQ(error_code_of(conversation.answer_to(8)), 12);
  conversation.say(echo_line(9, std::string(500, 'x')));
  EXPECT_EQ(type_of(conversation.answer_to(9)), "echo_ok");
  conversation.expect_end();
}

TEST(LargeMessages, AValueThatFitsNoLineToOtherNodesIsTurnedAway) {
  Conversation conversation({"hearsay-node", {"--max-line-bytes=1200000"}});
  conversation.say(request_line("c1", "n1", "broadcast", 7, {{"message", text_of(1'150'000)}}));
  const auto answer = conversation.answer_to(7);
  EXPECT_EQ(error_code_of(answer), 12);
  EXPECT_NE(answer["body"]["text"].get<std::string>().find("--max-line-bytes 1200000"),
            std::string::npos)
      << answer;
  conversation.say(request_line("c1", "n1", "read", 8));
  EXPECT_EQ(conversation.answer_to(8)["body"]["messages"], json::array());
  conversation.expect_good_end();
}

TEST(LargeMessages, ALineLongerThanAllowedWithoutItsSenderIsDropped) {
  Conversation conversation({"hearsay-node", {"--max-line-bytes=100000"}});
  conversation.say(std::string(5'000'000, 'x'));
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_good_end();
  EXPECT_NE(conversation.node().stderr_text().find("longer than 100000 bytes"), std::string::npos);
}

TEST(LargeMessages, DeepNestingComesBackIdentical) {
  Conversation conversation(patient());
  const std::string deep = nested(100'000);
  conversation.say(R"({"src":"c1","dest":"n1","body":{"type":"echo","msg_id":7,"echo":)" + deep +
                   "}}");
  EXPECT_NE(line_of_type(conversation, "echo_ok").find(deep), std::string::npos);
  conversation.expect_good_end();
}

TEST(LargeMessages, DeepNestingIsKeptAsAValue) {
  Conversation conversation(patient({"--gossip=flood"}));
  const std::string deep = nested(100'000);
  conversation.say(R"({"src":"c1","dest":"n1","body":{"type":"broadcast","msg_id":7,"message":)" +
                   deep + "}}");
  conversation.say(request_line("c1", "n1", "read", 8));
  EXPECT_NE(line_of_type(conversation, "read_ok").find("[" + deep + "]"), std::string::npos);
  conversation.expect_good_end();
}

TEST(LargeMessages, DeepNestingWhereAServiceReadsItIsRefused) {
  Conversation conversation(patient());
  const std::string deep = R"({"n1":)" + nested(100'000) + "}";
  for (const char* type : {"topology", "init"}) {
    std::string line = R"({"src":"c1","dest":"n1","body":{"msg_id":7,"type":")";
    line.append(type).append("\"");
    for (const char* field : {"topology", "node_id", "node_ids"}) {
      line.append(",\"").append(field).append("\":").append(deep);
    }
    conversation.say(line + "}}");
  }
  EXPECT_TRUE(conversation.still_echoes());
  EXPECT_EQ(conversation.count_answers(7), 2U);
  EXPECT_EQ(error_code_of(conversation.answer_to(7)), 12);
  conversation.expect_good_end();
}

struct Filled {
  const char* name;
  const char* begin;
  const char* element;
  const char* end;
  bool answered = true;
};

class LongestLine : public testing::TestWithParam<Filled> {};

// No line that is accepted is so long that the worker is taken for hung over it.
TEST_P(LongestLine, IsHandledAndOneByteMoreIsTurnedAway) {
  if (kSanitized) GTEST_SKIP() << "ten times slower, it would be hung";
  constexpr std::size_t kBytes = 20 * 1024 * 1024;
  const Filled& filled = GetParam();
  std::string line = filled.begin;
  while (line.size() < kBytes - 200) line += filled.element;
  line += filled.end;
  line.resize(kBytes, ' ');
  Conversation conversation(patient());
  for (const char* more : {"", " "}) {
    ASSERT_TRUE(conversation.node().send(line + more + '\n'));
    ASSERT_TRUE(conversation.node().send(echo_line(8, more) + '\n'));
    std::string answers;
    while (const auto answer = conversation.node().read_line()) {
      answers += answer->substr(0, 300) + '\n';
      if (answer->find(R"("in_reply_to":8,)") != std::string::npos) break;
    }
    EXPECT_EQ(answers.find(R"("in_reply_to":7)") != std::string::npos,
              filled.answered || *more != '\0')
        << answers;
    EXPECT_EQ(answers.find("longer than 20971520 bytes") != std::string::npos, *more != '\0')
        << answers;
  }
  EXPECT_EQ(conversation.node().count_events("worker_died"), 0U)
      << conversation.node().stderr_text();
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, LongestLine,
    testing::Values(
        Filled{"echo", R"({"src":"c1","dest":"n1","body":{"msg_id":7,"type":"echo","echo":")",
               "xxxxxxxx", R"("}})"},
        Filled{"text",
               R"({"src":"c1","dest":"n1","body":{"msg_id":7,"type":"broadcast","message":")",
               "xxxxxxxx", R"("}})"},
        Filled{"list",
               R"({"src":"c1","dest":"n1","body":{"msg_id":7,"type":"broadcast","message":[)", "1,",
               "1]}}"},
        Filled{"object",
               R"({"src":"c1","dest":"n1","body":{"msg_id":7,"type":"broadcast","message":{)",
               R"("k":{"b":1,"a":2},)", R"("k":1}}})"},
        Filled{
            "tell",
            R"({"src":"n2","dest":"n1","body":{"msg_id":7,"type":"gossip-tell","epoch":0,"at":1,)"
            R"("hop":0,"urgent":1,"runs":[[1,60,1,[)",
            "[[],1],", "1]]]}}", false}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace hearsay::test
