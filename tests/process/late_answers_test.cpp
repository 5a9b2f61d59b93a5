// Processes that stand still: what comes too late for its client is not said, all else is.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "tests/process/kept_node.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongerThanDeadline{1000};
const std::string kShortDeadline = "--reply-deadline-ms=700";
// Generous: on a busy machine a fresh answer must not be late.
const std::string kPatientHangLimit = "--hang-limit-ms=60000";

void stop(pid_t pid) {
  send_signal(pid, SIGSTOP);
  ASSERT_TRUE(stopped_in_time(pid));
}

std::size_t count_of_type(const Conversation& conversation, const std::string& type) {
  const auto& heard = conversation.heard();
  return static_cast<std::size_t>(std::count_if(
      heard.begin(), heard.end(), [&](const auto& message) { return type_of(message) == type; }));
}

TEST(HungWorker, IsReplacedAndTheRequestAnsweredOnce) {
  Conversation conversation({"hearsay-node", {"--hang-limit-ms=300"}});
  const NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  stop(worker);
  conversation.say(echo_line(7));
  EXPECT_EQ(type_of(conversation.answer_to(7)), "echo_ok") << node.stderr_text();
  EXPECT_NE(node.worker(), worker);
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_end();
  EXPECT_EQ(conversation.count_answers(7), 1U);
  EXPECT_EQ(node.count_events("worker_killed"), 1U);
}

// Nothing is asked of it, so nothing is missing.
TEST(HungWorker, AStoppedOneWithoutWorkIsLeftAlone) {
  Conversation conversation({"hearsay-node", {"--gossip=flood", "--hang-limit-ms=1000"}});
  const NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  ASSERT_TRUE(conversation.still_echoes());
  stop(worker);
  std::this_thread::sleep_for(milliseconds(3000));
  send_signal(worker, SIGCONT);
  conversation.expect_good_end();
  EXPECT_EQ(node.count_events("worker_killed"), 0U);
}

// The time before it was asked for something is no time in which it got nowhere.
TEST(HungWorker, AnIdleOneIsNotReplacedForTheFirstRequest) {
  Conversation conversation({"hearsay-node", {"--gossip=flood", "--hang-limit-ms=2000"}});
  for (int round = 0; round < 2; ++round) {
    std::this_thread::sleep_for(milliseconds(2500));
    EXPECT_TRUE(conversation.still_echoes());
  }
  conversation.expect_end();
  EXPECT_EQ(conversation.node().count_events("worker_killed"), 0U)
      << conversation.node().stderr_text();
}

TEST(LateAnswers, ToClientsAreNotGivenToPeersAre) {
  Conversation conversation(
      {"hearsay-node", {"--gossip=flood", kShortDeadline, kPatientHangLimit}});
  const NodeRunner& node = conversation.node();
  stop(node.worker());
  conversation.say(echo_line(7));
  conversation.say(request_line("c1", "n1", "broadcast", 8, {{"message", 42}}));
  std::this_thread::sleep_for(kLongerThanDeadline);
  send_signal(node.worker(), SIGCONT);
  EXPECT_TRUE(conversation.still_echoes());
  conversation.say(request_line("c1", "n1", "read", 9));
  EXPECT_EQ(conversation.answer_to(9)["body"]["messages"], nlohmann::json::array({42}))
      << "what was not answered was done nevertheless";
  conversation.expect_good_end();
  EXPECT_EQ(conversation.count_answers(7), 0U);
  EXPECT_EQ(conversation.count_answers(8), 0U);
  EXPECT_EQ(count_of_type(conversation, "gossip"), 1U);
  EXPECT_EQ(node.count_events("reply_dropped"), 2U);
}

// A late answer of several parts is dropped with all of them.
TEST(LateAnswers, LargeOnesAreDroppedWhole) {
  Conversation conversation({"hearsay-node", {kShortDeadline, kPatientHangLimit}});
  NodeRunner& node = conversation.node();
  stop(node.worker());
  // Its age counts from when it is there: all of it, however slowly the supervisor reads.
  ASSERT_TRUE(node.send_only(echo_line(7, std::string(2'000'000, 'x')) + '\n'));
  std::this_thread::sleep_for(kLongerThanDeadline);
  send_signal(node.worker(), SIGCONT);
  conversation.expect_good_end();
  EXPECT_EQ(conversation.count_answers(7), 0U);
}

// As when Maelstrom does not read: what waits in the node must not come out long after.
TEST(LateAnswers, ThoseThatWaitedForStdoutAreNotGiven) {
  Conversation conversation({"hearsay-node", {kShortDeadline, kPatientHangLimit}});
  NodeRunner& node = conversation.node();
  constexpr std::int64_t kRequests = 1'000;
  std::string requests;
  for (std::int64_t id = 1; id <= kRequests; ++id) {
    requests += echo_line(id, std::string(400, 'x')) + '\n';
  }
  ASSERT_TRUE(node.send_only(requests));
  std::this_thread::sleep_for(kLongerThanDeadline);
  conversation.expect_good_end();
  // What the pipe took in time is said; the rest stood in the rings.
  const auto said = count_of_type(conversation, "echo_ok");
  EXPECT_LT(said, static_cast<std::size_t>(kRequests));
  EXPECT_EQ(said - 1 + node.count_events("reply_dropped"), static_cast<std::size_t>(kRequests));
}

// The node itself stood still: what was waiting for it in the pipe has waited just as long.
TEST(StoppedNode, RequestsThatWaitedMeanwhileAreNotAnswered) {
  Conversation conversation({"hearsay-node", {kShortDeadline, "--hang-limit-ms=500"}});
  const NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  stop(node.pid());
  conversation.say(echo_line(7));
  conversation.say(request_line("c1", "n1", "broadcast", 8, {{"message", 42}}));
  std::this_thread::sleep_for(kLongerThanDeadline);
  node.signal(SIGCONT);
  // What is sent before it runs again may be taken for as old as the rest.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (node.count_events("reply_dropped") < 2 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_TRUE(conversation.still_echoes()) << node.stderr_text();
  conversation.say(request_line("c1", "n1", "read", 9));
  EXPECT_EQ(conversation.answer_to(9)["body"]["messages"], nlohmann::json::array({42}));
  EXPECT_EQ(node.worker(), worker) << "the worker was taken for hung\n" << node.stderr_text();
  conversation.expect_good_end();
  EXPECT_EQ(conversation.count_answers(7), 0U);
  EXPECT_EQ(conversation.count_answers(8), 0U);
}

// With a state directory it waits elsewhere for its first message.
TEST(StoppedNode, BeforeItsFirstMessageTakesNothingForFreshEither) {
  const TemporaryFolder folder;
  NodeSetup setup = kept_in(folder);
  setup.arguments.push_back(kShortDeadline);
  NodeRunner node(setup);
  ASSERT_TRUE(quiet_in_time(node.pid()));
  stop(node.pid());
  node.send_line(init_line("n1", {"n1"}));
  node.send_line(echo_line(7));
  std::this_thread::sleep_for(kLongerThanDeadline);
  node.signal(SIGCONT);
  EXPECT_EQ(type_of(node.next_message()), "init_ok") << "for which clients wait longer";
  EXPECT_TRUE(in_time(kPatience, [&] { return node.count_events("reply_dropped") == 1; }))
      << node.stderr_text();
  EXPECT_EQ(node.count_events("node_continued"), 1U);
  node.send_line(echo_line(8));
  EXPECT_EQ(node.next_message()["body"]["in_reply_to"], 8);
  EXPECT_TRUE(node.ends_well());
}

// As a machine, a container or a disk does it: nothing says so afterwards.
TEST(StoppedNode, WithoutASignalTakesNothingForFreshEither) {
  Conversation conversation({"hearsay-node", {kShortDeadline, kPatientHangLimit}});
  const NodeRunner& node = conversation.node();
  ASSERT_TRUE(quiet_in_time(node.pid())) << "in the middle of a turn it is seen otherwise";
  if (::ptrace(PTRACE_SEIZE, node.pid(), nullptr, nullptr) != 0) {
    GTEST_SKIP() << "ptrace: " << std::strerror(errno);
  }
  ASSERT_EQ(::ptrace(PTRACE_INTERRUPT, node.pid(), nullptr, nullptr), 0);
  ASSERT_EQ(::waitpid(node.pid(), nullptr, __WALL), node.pid());
  conversation.say(echo_line(7));
  std::this_thread::sleep_for(2 * kLongerThanDeadline);
  ASSERT_EQ(::ptrace(PTRACE_DETACH, node.pid(), nullptr, nullptr), 0);
  EXPECT_TRUE(in_time(kPatience, [&] { return node.count_events("reply_dropped") == 1; }))
      << node.stderr_text();
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_good_end();
  EXPECT_EQ(conversation.count_answers(7), 0U);
}

TEST(StoppedNode, ShorterThanTheDeadlineAnswersAll) {
  Conversation conversation;
  const NodeRunner& node = conversation.node();
  for (std::int64_t id = 1; id <= 5; ++id) {
    stop(node.pid());
    conversation.say(echo_line(id));
    std::this_thread::sleep_for(milliseconds(20));
    node.signal(SIGCONT);
    EXPECT_EQ(type_of(conversation.answer_to(id)), "echo_ok");
  }
  conversation.expect_good_end();
}

// Both stood still in the middle of a request, as under a debugger or on a machine that slept: the
// time in which the node itself stood still says nothing about its worker.
TEST(StoppedNode, TogetherWithItsWorkerGoesOn) {
  Conversation conversation({"hearsay-node", {"--gossip=flood", "--hang-limit-ms=900"}});
  const NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  stop(worker);
  conversation.say(echo_line(7));
  std::this_thread::sleep_for(milliseconds(150));  // the node sees that its worker is busy
  stop(node.pid());
  std::this_thread::sleep_for(kLongerThanDeadline);
  node.signal(SIGCONT);
  std::this_thread::sleep_for(milliseconds(100));  // the node looks at its worker before that moves
  send_signal(worker, SIGCONT);
  EXPECT_EQ(type_of(conversation.answer_to(7)), "echo_ok");
  conversation.expect_good_end();
  EXPECT_EQ(node.count_events("worker_killed"), 0U) << node.stderr_text();
}

}  // namespace
}  // namespace hearsay::test
