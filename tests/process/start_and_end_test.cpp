// How a node starts, before and around its init, and how it ends.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "common/options/exit_codes.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

TEST(Init, WhatComesBeforeItIsAnsweredAfterIt) {
  NodeRunner node;
  node.send_line(request_line("n2", "n1", "gossip", 3, {{"messages", {42}}}));
  node.send_line(request_line("c1", "n1", "echo", 4, {{"echo", "early"}}));
  node.send_line(request_line("c1", "n1", "read", 5));
  EXPECT_FALSE(node.read_line(std::chrono::milliseconds(100))) << "an answer before init";
  node.send_line(init_line("n1", {"n1", "n2"}, 6));
  node.close_stdin();
  const auto lines = node.read_until_eof();
  ASSERT_TRUE(lines);
  std::vector<std::int64_t> answered;
  for (const std::string& line : *lines) {
    EXPECT_EQ(fault_of_line(line), "") << line;
    const auto message = nlohmann::json::parse(line);
    EXPECT_EQ(message["src"], "n1");
    if (answered_by(message) >= 0) answered.push_back(answered_by(message));
    if (answered_by(message) == 5) {
      EXPECT_EQ(message["body"]["messages"], nlohmann::json::array({42}));
    }
  }
  EXPECT_EQ(answered, (std::vector<std::int64_t>{6, 4, 5}));
  EXPECT_EQ(node.exit_code(), 0);
}

TEST(Init, TheSameAgainIsAgreedTo) {
  Conversation conversation;
  conversation.say(init_line("n1", {"n1", "n2"}, 2));
  EXPECT_EQ(type_of(conversation.answer_to(2)), "init_ok");
  conversation.expect_good_end();
}

TEST(Init, AnotherOneIsRefused) {
  Conversation conversation;
  conversation.say(request_line("c1", "n1", "broadcast", 2, {{"message", 1}}));
  conversation.say(init_line("n2", {"n1", "n2"}, 3));
  conversation.say(init_line("n1", {"n1", "n2", "n3"}, 4));
  conversation.say(request_line("c1", "n1", "read", 5));
  EXPECT_EQ(error_code_of(conversation.answer_to(3)), 22);
  EXPECT_EQ(conversation.answer_to(3)["src"], "n1");
  EXPECT_EQ(error_code_of(conversation.answer_to(4)), 22);
  EXPECT_EQ(conversation.answer_to(5)["body"]["messages"], nlohmann::json::array({1}));
  conversation.expect_good_end();
}

TEST(Init, ABadOneIsRefusedAndAGoodOneStillWorks) {
  NodeRunner node;
  for (const char* fields :
       {R"("node_ids":["n1"])", R"("node_id":1,"node_ids":["n1"])", R"("node_id":"n1")",
        R"("node_id":"","node_ids":[""])", R"("node_id":"n1","node_ids":"n1")",
        R"("node_id":"n1","node_ids":["n2"])", R"("node_id":"n1","node_ids":["n1",2])"}) {
    node.send_line(R"({"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,)" +
                   std::string(fields) + "}}");
    EXPECT_EQ(error_code_of(node.next_message()), 12) << fields;
  }
  node.send_line(init_line("n1", {"n1"}, 2));
  EXPECT_EQ(type_of(node.next_message()), "init_ok");
  EXPECT_TRUE(node.ends_well());
}

TEST(Init, WhatWaitedForOneInVainIsTold) {
  NodeRunner node;
  node.send_line(echo_line(4));
  node.send_line(echo_line(5));
  EXPECT_TRUE(node.ends_well());
  const std::string said = node.stderr_text();
  EXPECT_EQ(node.count_events("message_dropped"), 1U);
  EXPECT_NE(said.find("never answered: 2 messages, this one first"), std::string::npos) << said;
}

TEST(EndOfInput, AtOnceEndsTheNodeWithoutAWord) {
  NodeRunner node;
  node.close_stdin();
  const auto lines = node.read_until_eof();
  ASSERT_TRUE(lines);
  EXPECT_TRUE(lines->empty());
  EXPECT_EQ(node.exit_code(), 0);
}

TEST(EndOfInput, EverythingReadBeforeIsAnswered) {
  Conversation conversation;
  std::string requests;
  for (std::int64_t id = 1; id <= 10'000; ++id) requests += echo_line(id, id) + '\n';
  ASSERT_TRUE(conversation.node().send(requests));
  conversation.expect_end();
  std::set<std::int64_t> answered;
  for (const auto& message : conversation.heard()) answered.insert(answered_by(message));
  EXPECT_EQ(answered.size(), 10'001U);
  EXPECT_EQ(conversation.heard().size(), 10'001U) << "something was answered twice";
}

// More than the pipe takes, less than the pipe and the ring: the worker is done long before stdout.
TEST(EndOfInput, AnswersThatStillWaitForStdoutAreGiven) {
  Conversation conversation({"hearsay-node", {"--reply-deadline-ms=600000"}});
  NodeRunner& node = conversation.node();
  constexpr std::int64_t kRequests = 300;
  std::string requests;
  for (std::int64_t id = 1; id <= kRequests; ++id) {
    requests += echo_line(id, std::string(500, 'x')) + '\n';
  }
  ASSERT_TRUE(node.send_only(requests));
  node.close_stdin();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto lines = node.read_until_eof();
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->size(), static_cast<std::size_t>(kRequests));
  EXPECT_EQ(node.exit_code(), 0);
}

TEST(EndOfInput, InTheMiddleOfALineTellsAndEnds) {
  Conversation conversation;
  conversation.say(echo_line(7));
  conversation.node().send(R"({"src":"c1","dest":"n1","bo)");
  conversation.expect_end();
  EXPECT_EQ(conversation.count_answers(7), 1U);
  EXPECT_NE(conversation.node().stderr_text().find("line_rejected"), std::string::npos);
}

TEST(EndOfInput, AWholeMessageWithoutLineFeedIsStillAnswered) {
  Conversation conversation;
  conversation.node().send(echo_line(7));
  conversation.expect_end();
  EXPECT_EQ(conversation.count_answers(7), 1U);
}

TEST(EndOfOutput, ClosedWhileIdleEndsTheNode) {
  Conversation conversation;
  NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  node.close_stdout();
  EXPECT_EQ(node.exit_code(), 0) << node.stderr_text();
  EXPECT_TRUE(gone_in_time(worker));
}

TEST(EndOfOutput, ClosedWhileAnsweringEndsTheNode) {
  Conversation conversation;
  NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  std::string requests;
  for (std::int64_t id = 1; id <= 2'000; ++id) requests += echo_line(id, id) + '\n';
  node.send(requests);
  node.close_stdout();
  EXPECT_EQ(node.exit_code(), 0) << node.stderr_text();
  EXPECT_TRUE(gone_in_time(worker));
}

// No error then, only a hang-up.
TEST(EndOfOutput, ASocketWhoseOtherEndClosesEndsTheNode) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  FileDescriptor stdout_end(ends[0]);
  FileDescriptor our_end(ends[1]);
  NodeRunner node({.stdout_fd = stdout_end.get()});
  stdout_end.reset();
  node.send_line(init_line("n1", {"n1"}));
  std::array<char, 1000> answer{};
  ASSERT_GT(::read(our_end.get(), answer.data(), answer.size()), 0);
  our_end.reset();
  EXPECT_EQ(node.exit_code(), 0) << node.stderr_text();
}

TEST(Worker, AMissingOneIsSaidClearly) {
  NodeRunner node({"hearsay-node", {"--worker=/nonexistent/worker"}});
  EXPECT_EQ(node.exit_code(), kExitFailed);
  const std::string told = node.stderr_text();
  EXPECT_NE(told.find("can't be started: /nonexistent/worker: execve: No such file"),
            std::string::npos)
      << told;
  EXPECT_TRUE(node.read_until_eof()->empty());
}

TEST(Worker, OneThatCannotBeRunIsSaidClearly) {
  const TemporaryFolder folder;
  std::ofstream(folder / "worker") << "not a program";
  NodeRunner node({"hearsay-node", {"--worker=" + (folder / "worker").string()}});
  EXPECT_EQ(node.exit_code(), kExitFailed);
  EXPECT_NE(node.stderr_text().find("Permission denied"), std::string::npos) << node.stderr_text();
}

// A worker that ends at once, whatever it is told: the node gives up instead of trying for ever.
TEST(Worker, OneThatNeverGetsReadyEndsTheNode) {
  NodeRunner node({"hearsay-node", {"--worker=/bin/false"}});
  EXPECT_EQ(node.exit_code(), kExitFailed);
  EXPECT_NE(node.stderr_text().find("never became ready"), std::string::npos) << node.stderr_text();
}

// Maelstrom starts nodes in another folder, perhaps through a link.
TEST(Worker, IsFoundBesideTheNodeThroughALink) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink(built_program("hearsay-node"), folder / "linked-node");
  Conversation conversation({(folder / "linked-node").string()});
  conversation.expect_good_end();
}

struct WrongOptions {
  const char* name;
  std::vector<std::string> arguments;
  const char* told;
};

std::ostream& operator<<(std::ostream& out, const WrongOptions& options) {
  return out << options.name;
}

class WrongOptionsTest : public testing::TestWithParam<WrongOptions> {};

TEST_P(WrongOptionsTest, AreToldAndEndTheNode) {
  NodeRunner node({"hearsay-node", GetParam().arguments});
  EXPECT_EQ(node.exit_code(), kExitUsage);
  const std::string told = node.stderr_text();
  EXPECT_EQ(told.find("hearsay-node: "), 0U) << told;
  EXPECT_NE(told.find(GetParam().told), std::string::npos) << told;
  EXPECT_TRUE(node.read_until_eof()->empty()) << "stdout is for messages";
}

INSTANTIATE_TEST_SUITE_P(
    Options, WrongOptionsTest,
    testing::Values(WrongOptions{"unknown", {"--frobnicate"}, "--frobnicate"},
                    WrongOptions{"positional", {"extra"}, "extra"},
                    WrongOptions{"strategy", {"--gossip=telepathy"}, "--gossip"},
                    WrongOptions{"no_number", {"--hang-limit-ms=soon"}, "--hang-limit-ms"},
                    WrongOptions{"negative", {"--chaos-kill-ms=-1"}, "--chaos-kill-ms"},
                    WrongOptions{"negative_seed", {"--chaos-seed=-1"}, "--chaos-seed"},
                    WrongOptions{"negative_budget", {"--latency-budget=-1"}, "--latency-budget"},
                    WrongOptions{"too_small", {"--max-line-bytes=10"}, "--max-line-bytes"},
                    WrongOptions{"level", {"--trace-level=loud"}, "--trace-level"},
                    WrongOptions{"no_value", {"--worker"}, "--worker"}),
    [](const auto& tested) { return std::string(tested.param.name); });

// Runs a node that ends by itself; returns what it said.
std::string refusal(const std::vector<std::string>& arguments) {
  NodeRunner node({"hearsay-node", arguments});
  EXPECT_EQ(node.exit_code(), kExitUsage);
  return node.stderr_text();
}

TEST(Workload, AnUnknownOneIsRefusedWithTheKnownOnes) {
  const std::string said = refusal({"--workload=broadcast,telepathy"});
  EXPECT_NE(said.find("'telepathy' (it has auto, echo, unique-ids, broadcast"), std::string::npos)
      << said;
  const std::string mistyped = refusal({"--workload=ecko"});
  EXPECT_NE(mistyped.find("'ecko' (do you mean echo?)"), std::string::npos) << mistyped;
  EXPECT_NE(refusal({"--workload", ""}).find("--workload: needs a value"), std::string::npos);
}

TEST(Workload, TwoThatClaimOneTypeAreRefusedByName) {
  const std::string worker = built_program("hearsay-worker-killpoints").string();
  const std::string said = refusal({"--worker=" + worker, "--workload=auto,parrot"});
  EXPECT_NE(said.find("type 'echo' are claimed by 'echo' and by 'parrot'"), std::string::npos)
      << said;
}

TEST(Workload, OnlyWhatIsSwitchedOnIsAnswered) {
  Conversation talk({.arguments = {"--workload=echo,unique-ids"}});
  EXPECT_TRUE(talk.still_echoes());
  talk.say(request_line("c1", "n1", "read", 77));
  EXPECT_EQ(talk.answer_to(77)["body"]["code"], 10);
}

TEST(Options, HelpIsShown) {
  for (const char* program : {"hearsay-node", "hearsay-worker"}) {
    NodeRunner runner({program, {"--help"}});
    const auto lines = runner.read_until_eof();
    ASSERT_TRUE(lines);
    EXPECT_GT(lines->size(), 5U);
    EXPECT_TRUE(std::any_of(lines->begin(), lines->end(), [&](const std::string& line) {
      return line.find(std::string("Usage: ") + program) != std::string::npos;
    })) << program;
    EXPECT_EQ(runner.exit_code(), 0);
    EXPECT_EQ(runner.stderr_text(), "");
  }
}

TEST(Options, AWorkerWithoutItsNodeIsToldSo) {
  NodeRunner worker({"hearsay-worker"});
  EXPECT_EQ(worker.exit_code(), kExitUsage);
  EXPECT_NE(worker.stderr_text().find("required"), std::string::npos) << worker.stderr_text();
}

int exit_code_of(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Start, AClosedStdinIsAsGoodAsAnEmptyOne) {
  const std::string node = "timeout 20 " + built_program("hearsay-node").string() + " 2>/dev/null";
  for (const char* closed : {" <&-", " <&- 2>&-"}) EXPECT_EQ(exit_code_of(node + closed), 0);
}

// It would read on and answer nobody.
TEST(Start, AClosedStdoutIsRefused) {
  const std::string node = "timeout 20 " + built_program("hearsay-node").string() + " 2>/dev/null";
  for (const char* closed : {" <&- >&-", " <&- >&- 2>&-", " </dev/null >&-"}) {
    EXPECT_EQ(exit_code_of(node + closed), kExitUsage) << closed;
  }
  EXPECT_EQ(exit_code_of(node + " --version </dev/null >/dev/null"), 0);
  NodeRunner refused(
      {"/bin/sh", {"-c", "exec " + built_program("hearsay-node").string() + " >&-"}});
  EXPECT_EQ(refused.exit_code(), kExitUsage);
  EXPECT_NE(refused.stderr_text().find("stdout is closed"), std::string::npos)
      << refused.stderr_text();
}

}  // namespace
}  // namespace hearsay::test
