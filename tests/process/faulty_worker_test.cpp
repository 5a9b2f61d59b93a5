// Inputs that the worker dies of, every time or once (faulty_service.h): the node gives up the one
// input, not itself.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"

namespace hearsay::test {
namespace {

constexpr std::int64_t kPoisonId = 100;

NodeSetup faulty_node() {
  return {"hearsay-node",
          {"--worker=" + built_program("hearsay-worker-killpoints").string(), "--hang-limit-ms=500",
           "--gossip=flood"}};
}

std::size_t deaths(const NodeRunner& node) {
  return node.count_events("worker_died");
}

class Poison : public testing::TestWithParam<const char*> {
 protected:
  // A third hang would end when the client waits no more.
  static std::size_t deaths_of_poison() { return std::string(GetParam()) == "hang" ? 2 : 3; }
};

TEST_P(Poison, GetsError13AndAllElseIsAnswered) {
  Conversation conversation(faulty_node());
  std::string requests;
  for (std::int64_t id = 1; id <= 20; ++id) {
    requests += request_line("c1", "n1", "broadcast", id, {{"message", id}}) + '\n';
    if (id == 10) requests += request_line("c1", "n1", GetParam(), kPoisonId) + '\n';
  }
  ASSERT_TRUE(conversation.node().send(requests));
  conversation.say(request_line("c1", "n1", "read", 200));
  EXPECT_EQ(conversation.answer_to(200)["body"]["messages"].size(), 20U);
  EXPECT_EQ(error_code_of(conversation.answer_to(kPoisonId)), 13);
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_end();
  for (std::int64_t id = 1; id <= 20; ++id) EXPECT_EQ(conversation.count_answers(id), 1U) << id;
  EXPECT_EQ(conversation.count_answers(kPoisonId), 1U);
  EXPECT_EQ(deaths(conversation.node()), deaths_of_poison()) << conversation.node().stderr_text();
  EXPECT_NE(conversation.node().stderr_text().find("input_skipped"), std::string::npos);
}

TEST_P(Poison, OfAPeerIsDroppedWithoutAnswer) {
  Conversation conversation(faulty_node());
  conversation.say(R"({"src":"n2","dest":"n1","body":{"type":")" + std::string(GetParam()) +
                   R"("}})");
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_end();
  EXPECT_EQ(conversation.heard().size(), 2U) << "init_ok and the echo";
  EXPECT_EQ(deaths(conversation.node()), deaths_of_poison()) << conversation.node().stderr_text();
}

// Larger than one record of the ring: only its last part can kill.
TEST_P(Poison, InAMessageOfManyPartsGetsError13) {
  Conversation conversation(faulty_node());
  conversation.say(
      request_line("c1", "n1", GetParam(), kPoisonId, {{"filling", std::string(300'000, 'x')}}));
  EXPECT_EQ(error_code_of(conversation.answer_to(kPoisonId)), 13);
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_end();
}

TEST_P(Poison, BeforeInitIsGivenUpAfterIt) {
  NodeRunner node(faulty_node());
  node.send_line(request_line("c1", "n1", GetParam(), kPoisonId));
  node.send_line(init_line("n1", {"n1"}, 1));
  node.send_line(echo_line(2));
  node.close_stdin();
  const auto lines = node.read_until_eof();
  ASSERT_TRUE(lines) << node.stderr_text();
  EXPECT_EQ(node.exit_code(), 0) << node.stderr_text();
  for (const std::string& line : *lines) EXPECT_EQ(fault_of_line(line), "") << line;
}

INSTANTIATE_TEST_SUITE_P(Kinds, Poison, testing::Values("crash", "hang", "throw"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(CrashOnce, IsAnsweredProperlyAndOnce) {
  const std::string file = testing::TempDir() + "hearsay-crash-once-" + std::to_string(::getpid());
  std::filesystem::remove(file);
  Conversation conversation(faulty_node());
  conversation.say(request_line("c1", "n1", "crash_once", kPoisonId, {{"file", file}}));
  EXPECT_EQ(type_of(conversation.answer_to(kPoisonId)), "crash_once_ok");
  conversation.expect_end();
  EXPECT_EQ(conversation.count_answers(kPoisonId), 1U);
  EXPECT_EQ(deaths(conversation.node()), 1U) << conversation.node().stderr_text();
  std::filesystem::remove(file);
}

// All in the ring at once, with work between them.
TEST(ManyPoisons, OneAfterTheOtherAreAllGivenUp) {
  Conversation conversation(faulty_node());
  for (std::int64_t id = 1; id <= 4; ++id) {
    conversation.say(request_line("c1", "n1", "crash", id));
    conversation.say(echo_line(id + 10));
  }
  for (std::int64_t id = 1; id <= 4; ++id) {
    EXPECT_EQ(error_code_of(conversation.answer_to(id)), 13) << conversation.node().stderr_text();
    EXPECT_EQ(type_of(conversation.answer_to(id + 10)), "echo_ok");
  }
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_end();
  EXPECT_EQ(deaths(conversation.node()), 12U) << conversation.node().stderr_text();
}

// Three deaths each, but work was done between: no start is put off.
TEST(ManyPoisons, WithWorkBetweenThemDelayNoStart) {
  Conversation conversation(faulty_node());
  for (std::int64_t id = 1; id <= 5; ++id) {
    conversation.say(request_line("c1", "n1", "crash", id));
    EXPECT_EQ(error_code_of(conversation.answer_to(id)), 13) << conversation.node().stderr_text();
    EXPECT_TRUE(conversation.still_echoes());
  }
  conversation.expect_end();
  EXPECT_EQ(deaths(conversation.node()), 15U) << conversation.node().stderr_text();
  EXPECT_EQ(conversation.node().count_events("worker_delayed"), 0U)
      << conversation.node().stderr_text();
}

// Nothing but the poison that comes next: the starts are put off.
TEST(ManyPoisons, WithoutWorkBetweenThemDelayStarts) {
  Conversation conversation(faulty_node());
  conversation.say(request_line("c1", "n1", "crash", 1) + '\n' +
                   request_line("c1", "n1", "crash", 2));
  EXPECT_EQ(error_code_of(conversation.answer_to(2)), 13) << conversation.node().stderr_text();
  conversation.expect_end();
  EXPECT_GT(conversation.node().count_events("worker_delayed"), 0U)
      << conversation.node().stderr_text();
}

}  // namespace
}  // namespace hearsay::test
