// The life and the death of the two processes: signals, orphans, leaks, idleness.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"
#include "tests/support/send_signal.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

std::set<std::string> shared_memory_files() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    names.insert(entry.path().string());
  }
  return names;
}

std::size_t own_children() {
  const std::string self = std::to_string(::getpid());
  std::size_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + self + "/task")) {
    std::ifstream list(task.path() / "children");
    for (pid_t pid = 0; list >> pid;) ++count;
  }
  return count;
}

TEST(Life, AKilledNodeTakesItsWorkerAlong) {
  Conversation conversation;
  const NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  ASSERT_GT(worker, 0);
  const auto killed = Clock::now();
  node.signal(SIGKILL);
  EXPECT_TRUE(gone_in_time(worker));
  const std::chrono::duration<double, std::milli> after = Clock::now() - killed;
  std::printf("worker gone %.1f ms after the node's SIGKILL\n", after.count());
}

// The worker may be anywhere in its start when the node dies.
TEST(Life, ANodeKilledAtAnyMomentOfItsStartLeavesNoWorker) {
  for (int tenths_ms = 0; tenths_ms < 60; ++tenths_ms) {
    const std::string mark =
        "HEARSAY_TEST_LIFE=" + std::to_string(::getpid()) + '.' + std::to_string(tenths_ms);
    NodeRunner node({.environment = {mark}});
    std::this_thread::sleep_for(std::chrono::microseconds(100) * tenths_ms);
    node.signal(SIGKILL);
    EXPECT_TRUE(node.wait());
    for (const pid_t worker : processes_with_environment(mark)) {
      EXPECT_TRUE(gone_in_time(worker)) << tenths_ms;
    }
  }
}

TEST(Life, AHundredStartsLeaveNothingBehind) {
  { const Conversation first; }
  const std::size_t files = open_files(::getpid()).size();
  const std::size_t children = own_children();
  const auto shared_memory = shared_memory_files();
  for (int start = 0; start < 100; ++start) {
    Conversation conversation;
    const pid_t worker = conversation.node().worker();
    if (start % 2 == 0) {
      conversation.expect_good_end();
    } else {
      conversation.node().signal(SIGKILL);
      EXPECT_TRUE(conversation.node().wait());
    }
    EXPECT_TRUE(gone_in_time(worker));
  }
  EXPECT_EQ(open_files(::getpid()).size(), files);
  EXPECT_EQ(own_children(), children);
  EXPECT_EQ(shared_memory_files(), shared_memory);
}

TEST(Life, TheNodeItselfLeaksNoDescriptorWithItsWorkers) {
  Conversation conversation;
  const NodeRunner& node = conversation.node();
  pid_t worker = node.worker();
  const std::size_t files = open_files(node.pid()).size();
  for (int death = 0; death < 50; ++death) {
    send_signal(worker, SIGKILL);
    worker = node.worker(worker);
    ASSERT_GT(worker, 0);
    ASSERT_TRUE(conversation.still_echoes());
  }
  EXPECT_EQ(open_files(node.pid()).size(), files);
  EXPECT_EQ(node.children().size(), 1U);
  conversation.expect_end();
}

TEST(Life, TheWorkerHoldsNothingOfTheNodesThatItNeedNot) {
  Conversation conversation;
  const pid_t worker = conversation.node().worker();
  std::size_t pipes = 0;
  for (const std::string& file : open_files(worker)) pipes += file.starts_with("pipe:") ? 1U : 0U;
  EXPECT_EQ(pipes, 0U) << "a copy of stdin or stdout: Maelstrom would wait for its end";
  EXPECT_EQ(open_files(worker).size(), 9U) << "three standard ones, six shared ones";
  conversation.expect_good_end();
}

class EndingSignal : public testing::TestWithParam<int> {};

TEST_P(EndingSignal, EndsTheNodeWell) {
  Conversation conversation;
  NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  conversation.say(echo_line(7));
  EXPECT_EQ(type_of(conversation.answer_to(7)), "echo_ok");
  node.signal_group(GetParam());  // stdin stays open
  EXPECT_EQ(node.exit_code(), 0) << node.stderr_text();
  EXPECT_TRUE(gone_in_time(worker));
  EXPECT_EQ(node.stderr_text().find("worker_died"), std::string::npos) << node.stderr_text();
  const std::string cause = std::string(R"("cause":"SIG)") + ::sigabbrev_np(GetParam());
  EXPECT_NE(node.stderr_text().find(cause), std::string::npos) << node.stderr_text();
}

// More of them than are handled at a time.
TEST_P(EndingSignal, LinesThatWereReadBeforeAreAnswered) {
  Conversation conversation({"hearsay-node", {"--reply-deadline-ms=600000"}});
  NodeRunner& node = conversation.node();
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "x\n";  // nobody to answer
  lines += echo_line(7) + '\n';
  node.signal(SIGSTOP);
  ASSERT_TRUE(node.send_only(lines));
  node.signal(GetParam());
  node.signal(SIGCONT);
  const auto heard = node.read_until_eof();
  ASSERT_TRUE(heard);
  ASSERT_EQ(heard->size(), 1U) << node.stderr_text();
  EXPECT_EQ(answered_by(nlohmann::json::parse(heard->front())), 7);
  EXPECT_EQ(node.exit_code(), 0);
}

TEST(Life, AnOutputThatNobodyReadsDoesNotKeepTheNodeFromEnding) {
  Conversation conversation({"hearsay-node", {"--reply-deadline-ms=600000"}});
  NodeRunner& node = conversation.node();
  std::string requests;
  for (std::int64_t id = 1; id <= 300; ++id) {
    requests += echo_line(id, std::string(500, 'x')) + '\n';
  }
  ASSERT_TRUE(node.send_only(requests));
  node.signal(SIGTERM);
  EXPECT_EQ(node.exit_code(), 0) << node.stderr_text();
}

INSTANTIATE_TEST_SUITE_P(Signals, EndingSignal, testing::Values(SIGTERM, SIGINT, SIGHUP, SIGQUIT));

TEST(Life, AStoppedWorkerDoesNotKeepTheNodeFromEnding) {
  Conversation conversation;
  NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  send_signal(worker, SIGSTOP);
  node.signal(SIGTERM);
  EXPECT_EQ(node.exit_code(), 0) << node.stderr_text();
  EXPECT_TRUE(gone_in_time(worker));
}

void expect_idle(Conversation& conversation) {
  const NodeRunner& node = conversation.node();
  const pid_t worker = node.worker();
  ASSERT_TRUE(quiet_in_time(node.pid()) && quiet_in_time(worker));
  const std::int64_t node_before = cpu_ticks(node.pid());
  const std::int64_t worker_before = cpu_ticks(worker);
  std::this_thread::sleep_for(milliseconds(2000));
  EXPECT_LE(cpu_ticks(node.pid()) - node_before, 1);
  EXPECT_LE(cpu_ticks(worker) - worker_before, 1);
}

TEST(Idle, ANodeUsesNoCpu) {
  Conversation conversation({"hearsay-node", {"--gossip=flood"}});
  expect_idle(conversation);
  conversation.expect_good_end();
}

TEST(Idle, ANodeThatNobodyReadsFromUsesNoCpu) {
  Conversation conversation({"hearsay-node", {"--gossip=flood", "--reply-deadline-ms=600000"}});
  std::string requests;
  for (std::int64_t id = 1; id <= 1'500; ++id)
    requests += echo_line(id, std::string(300, 'x')) + '\n';
  ASSERT_TRUE(conversation.node().send_only(requests));
  expect_idle(conversation);
  conversation.expect_good_end();
}

TEST(Idle, ANodeWhoseWorkerDiedUsesNoCpu) {
  Conversation conversation({"hearsay-node", {"--gossip=flood"}});
  const pid_t first = conversation.node().worker();
  send_signal(first, SIGKILL);
  ASSERT_GT(conversation.node().worker(first), 0);
  ASSERT_TRUE(conversation.still_echoes());
  expect_idle(conversation);
  conversation.expect_end();
}

}  // namespace
}  // namespace hearsay::test
