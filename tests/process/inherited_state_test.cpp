// What a node inherits from whoever starts it, and what is done to it while it runs: dispositions
// and masks of signals, a terminal's settings, the umask, limits.
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"
#include "tests/support/sanitized.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

// The node, started by a shell that did this first.
NodeSetup node_after(const std::string& shell_command, const std::string& arguments = "") {
  return {"/bin/sh",
          {"-c",
           shell_command + "; exec '" + built_program("hearsay-node").string() + "' " + arguments}};
}

void expect_to_survive_its_worker(Conversation& conversation) {
  ASSERT_TRUE(conversation.still_echoes());
  send_signal(conversation.node().worker(), SIGKILL);
  EXPECT_TRUE(conversation.still_echoes()) << conversation.node().stderr_text();
  conversation.expect_end();
  EXPECT_EQ(conversation.node().count_events("worker_died"), 1U);
}

TEST(Inherited, AnIgnoredSigchldHidesNoDeath) {
  // The shell would not hand this one on.
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  Conversation conversation;
  std::signal(SIGCHLD, before);
  expect_to_survive_its_worker(conversation);
}

TEST(Inherited, IgnoredSignalsThatEndTheNodeStillDo) {
  Conversation conversation(node_after("trap '' TERM INT QUIT CONT"));
  conversation.node().signal(SIGTERM);
  EXPECT_EQ(conversation.node().exit_code(), 0);
}

TEST(Inherited, BlockedSignalsDoNoHarm) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  Conversation conversation;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  expect_to_survive_its_worker(conversation);
}

TEST(Inherited, NohupOutlivesItsTerminal) {
  Conversation conversation(node_after("trap '' HUP"));
  conversation.node().signal(SIGHUP);
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_good_end();
}

TEST(Inherited, AUmaskThatForbidsTheOwnerEverythingDoesNot) {
  const TemporaryFolder folder;
  const std::string state = folder / "state";
  const std::string trace = folder / "trace";
  Conversation conversation(
      node_after("umask 0777", "--state-dir='" + state + "' --trace-file='" + trace + "'"));
  conversation.expect_good_end();
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(trace).permissions(), perms::owner_read | perms::owner_write);
  EXPECT_EQ(std::filesystem::status(state).permissions(), perms::owner_all);
}

class StraySignal : public testing::TestWithParam<int> {};

TEST_P(StraySignal, HarmsNeitherProcess) {
  Conversation conversation;
  conversation.node().signal(GetParam());
  send_signal(conversation.node().worker(), GetParam());
  conversation.expect_good_end();
}

INSTANTIATE_TEST_SUITE_P(Signals, StraySignal,
                         testing::Values(SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
                                         SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGCHLD, SIGCONT,
                                         SIGTTOU, SIGURG, SIGWINCH, SIGRTMIN, SIGRTMAX));

// In a session of its own, whose terminal stops who writes to it from the background.
bool answers_in_the_background_of_a_terminal() {
  int master = -1;
  int terminal = -1;
  termios settings{};
  if (::setsid() < 0 || ::openpty(&master, &terminal, nullptr, nullptr, nullptr) < 0) return false;
  if (::ioctl(terminal, TIOCSCTTY, 0) < 0 || ::tcgetattr(terminal, &settings) < 0) return false;
  settings.c_lflag |= TOSTOP;
  if (::tcsetattr(terminal, TCSANOW, &settings) < 0) return false;
  Conversation conversation({.stderr_fd = terminal});
  conversation.say(request_line("c1", "n1", "topology", 5, {{"topology", "none"}}));
  return error_code_of(conversation.answer_to(5)) == 12 && conversation.still_echoes();
}

// What is open stays open, and nothing new is needed.
TEST(LoweredLimit, OfOpenFilesDoesNotEndANode) {
  for (const rlim_t most : {4U, 3U, 1U, 0U}) {
    Conversation conversation;
    ASSERT_TRUE(conversation.still_echoes());
    rlimit before{};
    ASSERT_EQ(::prlimit(conversation.node().pid(), RLIMIT_NOFILE, nullptr, &before), 0);
    const rlimit lowered{most, before.rlim_max};
    ASSERT_EQ(::prlimit(conversation.node().pid(), RLIMIT_NOFILE, &lowered, nullptr), 0);
    EXPECT_TRUE(conversation.still_echoes()) << most;
    // More than the pipe takes at once: the node must wait for room.
    const std::string text(500'000, 'x');
    conversation.say(request_line("c1", "n1", "echo", 77, {{"echo", text}}));
    EXPECT_EQ(conversation.answer_to(77)["body"]["echo"], text) << most;
    // The sanitizer's checks need descriptors of their own.
    if (kAddressSanitizer) ::prlimit(conversation.node().pid(), RLIMIT_NOFILE, &before, nullptr);
    conversation.expect_end();
  }
}

TEST(LoweredLimit, OfOpenFilesDoesNotEndANodeThatWaitsForItsFirstMessage) {
  const TemporaryFolder folder;
  NodeRunner node({.arguments = {"--state-dir=" + folder.path().string()}});
  const auto rejects = [&](std::size_t lines) {
    return in_time(kPatience, [&] { return node.count_events("line_rejected") == lines; });
  };
  ASSERT_TRUE(node.send_line(""));
  ASSERT_TRUE(rejects(1));
  rlimit before{};
  ASSERT_EQ(::prlimit(node.pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  const rlimit lowered{1, before.rlim_max};
  ASSERT_EQ(::prlimit(node.pid(), RLIMIT_NOFILE, &lowered, nullptr), 0);
  ASSERT_TRUE(node.send_line(""));
  EXPECT_TRUE(rejects(2)) << node.stderr_text();
  ASSERT_EQ(::prlimit(node.pid(), RLIMIT_NOFILE, &before, nullptr), 0);
  ASSERT_TRUE(node.send_line(init_line("n1", {"n1"})));
  EXPECT_EQ(type_of(node.next_message()), "init_ok");
  EXPECT_TRUE(node.ends_well());
}

TEST(Inherited, ATerminalWithTostopStopsNeitherProcess) {
  const pid_t session = ::fork();
  ASSERT_GE(session, 0);
  if (session == 0) {
    ::alarm(30);  // it would wait for a stopped node
    ::_exit(answers_in_the_background_of_a_terminal() ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(session, &status, 0), session);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace hearsay::test
