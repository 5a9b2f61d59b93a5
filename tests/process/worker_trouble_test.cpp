// Workers that die, stop or can't be started, again and again: the node stays awake, answers, and
// says what is wrong.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "common/options/exit_codes.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"
#include "tests/support/sanitized.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;

// A worker's program that is the real one until it is told to do something else.
class ChangingWorker {
 public:
  ChangingWorker() {
    std::ofstream(program()) << "#!/bin/sh\n[ -e '" << order().string() << "' ] && . '"
                             << order().string() << "'\nexec '"
                             << built_program("hearsay-worker").string() << "' \"$@\"\n";
    std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
  }

  NodeSetup node(std::vector<std::string> arguments = {}) const {
    arguments.push_back("--worker=" + program().string());
    return {"hearsay-node", arguments};
  }
  std::filesystem::path program() const { return folder_ / "worker"; }

  // From the next start on it runs this first; "exit 1" keeps it from ever being ready.
  void order_to(const std::string& shell_command) const {
    const std::filesystem::path draft = folder_ / "draft";
    std::ofstream(draft) << shell_command << '\n';
    std::filesystem::rename(draft, order());
  }
  void order_to_once(const std::string& shell_command) const {
    order_to("rm '" + order().string() + "'; " + shell_command);
  }
  void work_again() const { std::filesystem::remove(order()); }
  void take_program_away() const { std::filesystem::rename(program(), folder_ / "away"); }
  void put_program_back() const { std::filesystem::rename(folder_ / "away", program()); }

 private:
  std::filesystem::path order() const { return folder_ / "order"; }

  TemporaryFolder folder_;
};

bool happens(const NodeRunner& node, std::string_view event, std::size_t times) {
  return in_time(kPatience, [&] { return node.count_events(event) >= times; });
}

TEST(WorkerTrouble, ADelayedStartCostsNoCpuWhileInputWaits) {
  const ChangingWorker worker;
  Conversation conversation(worker.node());
  const NodeRunner& node = conversation.node();
  worker.order_to("exit 1");
  send_signal(node.worker(), SIGKILL);
  conversation.say(echo_line(7));
  ASSERT_TRUE(happens(node, "worker_delayed", 8));  // a second from now on
  const std::int64_t before = cpu_ticks(node.pid());
  std::this_thread::sleep_for(milliseconds(2000));
  EXPECT_LE(cpu_ticks(node.pid()) - before, 20) << "of 200";
  worker.work_again();
  EXPECT_TRUE(in_time(kPatience, [&] { return conversation.still_echoes(); }));
}

TEST(WorkerTrouble, AnOutageLastsUntilAWorkerIsReady) {
  const ChangingWorker worker;
  Conversation conversation(worker.node());
  const NodeRunner& node = conversation.node();
  worker.order_to_once("sleep 0.3; exit 1");
  send_signal(node.worker(), SIGKILL);
  ASSERT_TRUE(happens(node, "worker_ready", 2));
  std::istringstream lines(node.stderr_text());
  std::int64_t outage_ns = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto event = nlohmann::json::parse(line);
    if (event["event"] == "worker_ready") outage_ns = event.value("outage_ns", 0);
  }
  EXPECT_GE(outage_ns, 300'000'000) << "the start that failed is part of it";
  conversation.expect_end();
}

// Each of them hits a worker somewhere in its start. An answer later than 4.5 s would be dropped.
TEST(WorkerTrouble, KillsDuringStartsDoNotDelayTheAnswer) {
  Conversation conversation;
  const NodeRunner& node = conversation.node();
  conversation.say(echo_line(7));
  pid_t worker = -1;
  for (int kill = 0; kill < 100; ++kill) {
    worker = node.worker(worker);
    ASSERT_GT(worker, 0);
    send_signal(worker, SIGKILL);
  }
  EXPECT_EQ(type_of(conversation.answer_to(7)), "echo_ok") << node.stderr_text();
  conversation.expect_end();
  std::istringstream lines(node.stderr_text());
  for (std::string line; std::getline(lines, line);) {
    const auto event = nlohmann::json::parse(line);
    if (event["event"] != "worker_delayed") continue;
    EXPECT_LE(event["delay_ns"], 10'000'000) << line;
  }
}

TEST(WorkerTrouble, KillsBeforeAnyWorkerWasReadyEndNothing) {
  NodeRunner node;
  pid_t worker = -1;
  for (int kill = 0; kill < 30; ++kill) {
    worker = node.worker(worker);
    ASSERT_GT(worker, 0);
    send_signal(worker, SIGKILL);
  }
  node.send_line(init_line("n1", {"n1"}));
  EXPECT_EQ(type_of(node.next_message()), "init_ok") << node.stderr_text();
  EXPECT_TRUE(node.ends_well());
}

// With the ten seconds that a recovery may take the answer would be dropped.
TEST(WorkerTrouble, OneThatIsStoppedWhileItStartsIsReplacedInTime) {
  const ChangingWorker worker;
  Conversation conversation(worker.node({"--hang-limit-ms=500"}));
  worker.order_to_once("kill -STOP $$");
  send_signal(conversation.node().worker(), SIGKILL);
  conversation.say(echo_line(7));
  EXPECT_EQ(type_of(conversation.answer_to(7)), "echo_ok") << conversation.node().stderr_text();
  conversation.expect_end();
  EXPECT_NE(conversation.node().stderr_text().find("stopped by a signal"), std::string::npos);
}

struct Obstacle {
  const char* name;
  void (*put_up)(const ChangingWorker& worker, pid_t node);
  void (*remove)(const ChangingWorker& worker, pid_t node);
  const char* told;
};

std::ostream& operator<<(std::ostream& out, const Obstacle& obstacle) {
  return out << obstacle.name;
}

void limit_open_files(pid_t node, rlim_t most) {
  rlimit limit{};
  ::prlimit(node, RLIMIT_NOFILE, nullptr, &limit);
  limit.rlim_cur = most;
  ::prlimit(node, RLIMIT_NOFILE, &limit, nullptr);
}

FileDescriptor program_being_written;

const Obstacle kObstacles[] = {
    {"missing", [](const ChangingWorker& worker, pid_t) { worker.take_program_away(); },
     [](const ChangingWorker& worker, pid_t) { worker.put_program_back(); },
     "execve: No such file or directory; it is expected beside hearsay-node"},
    {"not_executable",
     [](const ChangingWorker& worker, pid_t) {
       std::filesystem::permissions(worker.program(), std::filesystem::perms::owner_read);
     },
     [](const ChangingWorker& worker, pid_t) {
       std::filesystem::permissions(worker.program(), std::filesystem::perms::owner_all);
     },
     "execve: Permission denied; it may not be run: chmod +x it"},
    {"half_written",
     [](const ChangingWorker& worker, pid_t) {
       worker.take_program_away();
       std::ofstream(worker.program()) << '\x7f';
       std::filesystem::permissions(worker.program(), std::filesystem::perms::owner_all);
     },
     [](const ChangingWorker& worker, pid_t) { worker.put_program_back(); },
     "execve: Exec format error; the program is being written"},
    {"without_its_interpreter",
     [](const ChangingWorker& worker, pid_t) {
       worker.take_program_away();
       std::ofstream(worker.program()) << "#!/nowhere/sh\n";
       std::filesystem::permissions(worker.program(), std::filesystem::perms::owner_all);
     },
     [](const ChangingWorker& worker, pid_t) { worker.put_program_back(); },
     "execve: No such file or directory; the file is there: what it names as its interpreter"},
    {"being_written",
     [](const ChangingWorker& worker, pid_t) {
       program_being_written =
           FileDescriptor(::open(worker.program().c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
     },
     [](const ChangingWorker&, pid_t) { program_being_written.reset(); },
     "execve: Text file busy; the program is being written"},
    // The sanitizer's checks need descriptors of their own.
    kAddressSanitizer
        ? Obstacle{"dies_otherwise",
                   [](const ChangingWorker& worker, pid_t) { worker.order_to("exit 1"); },
                   [](const ChangingWorker& worker, pid_t) { worker.work_again(); },
                   "exit status 1"}
        : Obstacle{"too_few_files",
                   [](const ChangingWorker&, pid_t node) { limit_open_files(node, 5); },
                   [](const ChangingWorker&, pid_t node) { limit_open_files(node, 100); },
                   "dup2: Bad file descriptor; raise the limit of open files"},
    {"dies_at_once", [](const ChangingWorker& worker, pid_t) { worker.order_to("kill -SEGV $$"); },
     [](const ChangingWorker& worker, pid_t) { worker.work_again(); }, "signal 11"},
    {"killed_at_each_start",
     [](const ChangingWorker& worker, pid_t) { worker.order_to("kill -KILL $$"); },
     [](const ChangingWorker& worker, pid_t) { worker.work_again(); }, "when memory is short"},
    {"ended_at_each_start",
     [](const ChangingWorker& worker, pid_t) { worker.order_to("kill -TERM $$"); },
     [](const ChangingWorker& worker, pid_t) { worker.work_again(); },
     "signal 15 (Terminated), from outside"},
    {"hangs_at_each_start",
     [](const ChangingWorker& worker, pid_t) { worker.order_to("exec sleep 1000"); },
     [](const ChangingWorker& worker, pid_t) { worker.work_again(); },
     "the worker had to be killed: it took too long: nothing was recovered for "},
};

// Asks with ids from behind `id` on, until it hears that there is nobody to do it.
bool comes_to_refuse(Conversation& conversation, std::int64_t& id) {
  return in_time(kPatience, [&] {
    conversation.say(echo_line(++id));
    std::this_thread::sleep_for(milliseconds(100));
    return error_code_of(conversation.answer_to(id, milliseconds(1))) == 11;
  });
}

// It uses the CPU, so it is not taken for hung: as one with a large journal.
TEST(WorkerTrouble, AStartThatTakesLongIsTold) {
  const ChangingWorker worker;
  Conversation conversation(worker.node());
  const NodeRunner& node = conversation.node();
  const auto end = worker.program().parent_path() / "end";
  worker.order_to_once("while ! [ -e '" + end.string() + "' ]; do :; done");
  send_signal(node.worker(), SIGKILL);
  std::int64_t id = 1;
  EXPECT_TRUE(comes_to_refuse(conversation, id)) << node.stderr_text();
  EXPECT_NE(node.stderr_text().find("the worker is still starting"), std::string::npos)
      << node.stderr_text();
  const std::ofstream over(end);
  EXPECT_TRUE(in_time(kPatience, [&] { return conversation.still_echoes(); }));
  EXPECT_EQ(node.count_events("worker_died"), 1U) << "it was let alone";
  conversation.expect_end();
}

class NoWorker : public testing::TestWithParam<Obstacle> {};

TEST_P(NoWorker, TurnsRequestsAwayAndGoesOnAfterwards) {
  const ChangingWorker worker;
  Conversation conversation(worker.node({"--gossip=flood"}));
  const NodeRunner& node = conversation.node();
  conversation.say(request_line("c1", "n1", "broadcast", 1, {{"message", 42}}));
  EXPECT_EQ(type_of(conversation.answer_to(1)), "broadcast_ok");
  GetParam().put_up(worker, node.pid());
  send_signal(node.worker(), SIGKILL);
  std::int64_t id = 1;
  EXPECT_TRUE(comes_to_refuse(conversation, id)) << node.stderr_text();
  EXPECT_NE(node.stderr_text().find(GetParam().told), std::string::npos) << node.stderr_text();
  // A peer's is kept.
  conversation.say(R"({"src":"n2","dest":"n1","body":{"type":"gossip","messages":[43]}})");
  // And so is an init: who sends it waits for longer.
  conversation.say(init_line("n1", {"n1", "n2"}, 800'000));
  GetParam().remove(worker, node.pid());
  EXPECT_TRUE(in_time(kPatience, [&] { return conversation.still_echoes(); }));
  EXPECT_EQ(type_of(conversation.answer_to(800'000)), "init_ok");
  conversation.say(request_line("c1", "n1", "read", 900'000));
  EXPECT_EQ(conversation.answer_to(900'000)["body"]["messages"], nlohmann::json({42, 43}));
  conversation.expect_end();
  while (id > 1) EXPECT_LE(conversation.count_answers(id--), 1U) << id;
}

TEST_P(NoWorker, EndsTheNodeWithTheCauseWhenNobodyWillAskAgain) {
  const ChangingWorker worker;
  Conversation conversation(worker.node({"--reply-deadline-ms=300"}));
  NodeRunner& node = conversation.node();
  GetParam().put_up(worker, node.pid());
  send_signal(node.worker(), SIGKILL);
  conversation.say(echo_line(7));
  node.close_stdin();
  EXPECT_EQ(node.exit_code(), kExitFailed);
  EXPECT_NE(node.stderr_text().find("not all of it was answered"), std::string::npos)
      << node.stderr_text();
  GetParam().remove(worker, node.pid());
}

INSTANTIATE_TEST_SUITE_P(Obstacles, NoWorker, testing::ValuesIn(kObstacles),
                         [](const auto& tested) { return std::string(tested.param.name); });

// A worker that the kernel holds, as it does one that waits for a disk: it does not even die.
class HeldWorker {
 public:
  HeldWorker() {
    std::error_code error;
    std::filesystem::create_directory(group_, error);
  }
  ~HeldWorker() {
    let_go();
    std::error_code error;
    in_time(kPatience,
            [&] { return std::filesystem::remove(group_, error) || error.value() == ENOENT; });
  }
  HeldWorker(const HeldWorker&) = delete;
  HeldWorker& operator=(const HeldWorker&) = delete;

  bool can_be() const { return std::filesystem::exists(group_ / "freezer.state"); }
  void hold(pid_t worker) const {
    std::ofstream(group_ / "cgroup.procs") << worker << std::flush;
    std::ofstream(group_ / "freezer.state") << "FROZEN" << std::flush;
    ASSERT_TRUE(in_time(kPatience, [&] {
      std::string state;
      std::ifstream(group_ / "freezer.state") >> state;
      return state == "FROZEN";
    }));
  }
  void let_go() const {
    if (can_be()) std::ofstream(group_ / "freezer.state") << "THAWED" << std::flush;
  }

 private:
  std::filesystem::path group_ =
      "/sys/fs/cgroup/freezer/hearsay-test-" + std::to_string(::getpid());
};

TEST(WorkerTrouble, OneThatDoesNotEvenDieIsNoReasonForSilence) {
  const HeldWorker held;
  if (!held.can_be()) GTEST_SKIP() << "no freezer of control groups (version 1) to be used";
  Conversation conversation({"hearsay-node", {"--hang-limit-ms=300", "--reply-deadline-ms=1500"}});
  NodeRunner& node = conversation.node();
  held.hold(node.worker());
  std::int64_t id = 1;
  EXPECT_TRUE(comes_to_refuse(conversation, id)) << node.stderr_text();
  node.close_stdin();
  EXPECT_EQ(node.exit_code(), kExitFailed);
  EXPECT_NE(node.stderr_text().find("not all of it was answered: the worker had to be killed"),
            std::string::npos)
      << node.stderr_text();
}

TEST(WorkerTrouble, OneThatDoesNotEvenDieIsNotWaitedForAtTheEnd) {
  const HeldWorker held;
  if (!held.can_be()) GTEST_SKIP() << "no freezer of control groups (version 1) to be used";
  Conversation conversation;
  NodeRunner& node = conversation.node();
  held.hold(node.worker());
  conversation.say(echo_line(7));
  node.signal(SIGTERM);
  EXPECT_TRUE(node.wait()) << node.stderr_text();
}

NodeSetup sandboxed_node(int error, const std::string& calls) {
  return {"refuse_calls", {std::to_string(error), calls, built_program("hearsay-node").string()}};
}

TEST(Sandbox, ThatKnowsNoNewCallsIsNoHindrance) {
  for (const int error : {ENOSYS, EPERM}) {
    const std::string calls = std::to_string(SYS_pidfd_open) + "," + std::to_string(SYS_clone3) +
                              "," + std::to_string(SYS_close_range) + "," +
                              std::to_string(SYS_pwritev2) + "," + std::to_string(SYS_fallocate) +
                              "," + std::to_string(SYS_waitid) + "," + std::to_string(SYS_poll);
    Conversation conversation(sandboxed_node(error, calls));
    send_signal(conversation.node().worker(), SIGKILL);
    EXPECT_TRUE(conversation.still_echoes());
    conversation.expect_end();
  }
}

TEST(Sandbox, ThatAlwaysInterruptsACallIsNotAskedForEver) {
  Conversation conversation(sandboxed_node(EINTR, std::to_string(SYS_fallocate)));
  EXPECT_TRUE(conversation.still_echoes());
  conversation.expect_end();
}

TEST(Sandbox, ThatForbidsProcessesIsNamed) {
  NodeRunner node(sandboxed_node(EAGAIN, std::to_string(SYS_clone)));
  EXPECT_EQ(node.exit_code(), kExitFailed);
  const std::string said = "clone: Resource temporarily unavailable; there are too many processes";
  EXPECT_NE(node.stderr_text().find(said), std::string::npos) << node.stderr_text();
}

struct NeededCall {
  const char* name;
  long number;
};

class NeededCallTest : public testing::TestWithParam<NeededCall> {};

// What can't be done without ends the node at once, with its name.
TEST_P(NeededCallTest, IsNamedWhenASandboxRefusesIt) {
  const long number = GetParam().number;
  if (kAddressSanitizer && (number == SYS_wait4 || number == SYS_getpid || number == SYS_getppid)) {
    GTEST_SKIP() << "the search for leaks needs it too, and waits for ever";
  }
  if (kAddressSanitizer && number == SYS_newfstatat) {
    GTEST_SKIP() << "the loader looks for the sanitizer's library with it";
  }
  for (const int error : {EPERM, ENOSYS}) {
    NodeRunner node(sandboxed_node(error, std::to_string(number)));
    node.send_line(init_line("n1", {"n1"}));
    EXPECT_EQ(node.exit_code(), 1);
    EXPECT_NE(node.stderr_text().find(GetParam().name), std::string::npos) << node.stderr_text();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Calls, NeededCallTest,
    testing::Values(NeededCall{"memfd_create", SYS_memfd_create},
                    NeededCall{"fstat", SYS_newfstatat}, NeededCall{"access", SYS_access},
                    NeededCall{"sealing", SYS_fcntl}, NeededCall{"eventfd", SYS_eventfd2},
                    NeededCall{"signalfd", SYS_signalfd4}, NeededCall{"ppoll", SYS_ppoll},
                    NeededCall{"prctl", SYS_prctl}, NeededCall{"getpid", SYS_getpid},
                    NeededCall{"getppid", SYS_getppid}, NeededCall{"readlink", SYS_readlink},
                    NeededCall{"wait4", SYS_wait4}, NeededCall{"getrandom", SYS_getrandom}),
    [](const auto& tested) { return std::string(tested.param.name); });

// To a pipe that somebody reads they go even without the calls that tell whether somebody does.
TEST(Sandbox, ThatRefusesWhatTellsWhetherAPipeIsReadLetsWordsThrough) {
  const std::string unread = std::to_string(SYS_pwritev2) + "," + std::to_string(SYS_poll);
  for (const int error : {EPERM, ENOSYS}) {
    for (const std::string& calls : {unread, unread + "," + std::to_string(SYS_ppoll)}) {
      std::array<int, 2> ends{};
      ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
      const FileDescriptor read(ends[0]);
      FileDescriptor write(ends[1]);
      NodeSetup setup = sandboxed_node(error, calls);
      setup.arguments.emplace_back("--frobnicate");
      setup.stderr_fd = write.get();
      NodeRunner node(setup);
      EXPECT_EQ(node.exit_code(), kExitUsage);
      write.reset();
      std::string said(4096, '\0');
      const ssize_t got = ::read(read.get(), said.data(), said.size());
      said.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      EXPECT_NE(said.find("--frobnicate"), std::string::npos) << "error " << error << ": " << said;
    }
  }
}

// What waits in a file can't be read back: that is no damage, and the next worker tries again.
TEST(Sandbox, AnAnswerThatCannotBeReadBackIsNoDamage) {
  if (kAddressSanitizer) GTEST_SKIP() << "its programs are linked dynamically: the loader reads so";
  for (const int error : {EIO, EINTR}) {
    NodeRunner node(sandboxed_node(error, std::to_string(SYS_pread64)));
    node.send_line(init_line("n1", {"n1"}));
    node.send_line(echo_line(7, std::string(300'000, 'x')));
    EXPECT_TRUE(happens(node, "worker_died", 2));
    const std::string said = node.stderr_text();
    const std::string words = std::string("pread of an answer: ") + std::strerror(error);
    EXPECT_NE(said.find(words), std::string::npos) << said;
    EXPECT_EQ(node.count_events("segment_corrupt"), 0U);
  }
}

TEST(Sandbox, AnAnswerThatCannotBeKeptIsRefusedHoweverOftenItIsInterrupted) {
  for (const int error : {EIO, EINTR}) {
    NodeRunner node(sandboxed_node(error, std::to_string(SYS_pwrite64)));
    node.send_line(init_line("n1", {"n1"}));
    EXPECT_EQ(type_of(node.next_message()), "init_ok");
    node.send_line(echo_line(7, std::string(300'000, 'x')));
    EXPECT_EQ(error_code_of(node.next_message()), 11) << node.stderr_text();
    EXPECT_TRUE(node.ends_well());
  }
}

TEST(WorkerTrouble, TooFewDescriptorsAreNamedHoweverFew) {
  if (kAddressSanitizer) GTEST_SKIP() << "its checks need descriptors of their own";
  for (int limit = 5; limit <= 9; ++limit) {
    NodeRunner node({"/bin/sh",
                     {"-c", "ulimit -n " + std::to_string(limit) + "; exec " +
                                built_program("hearsay-node").string()}});
    EXPECT_EQ(node.exit_code(), kExitFailed);
    EXPECT_NE(node.stderr_text().find("Too many open files"), std::string::npos)
        << limit << ": " << node.stderr_text();
  }
}

TEST(WorkerTrouble, AFewDescriptorsAreEnoughForANewWorker) {
  if (kAddressSanitizer) GTEST_SKIP() << "its checks need descriptors of their own";
  Conversation conversation;
  // Nine are inherited, and files are mapped one by one.
  limit_open_files(conversation.node().pid(), 10);
  send_signal(conversation.node().worker(), SIGKILL);
  EXPECT_TRUE(conversation.still_echoes()) << conversation.node().stderr_text();
  conversation.expect_end();
}

}  // namespace
}  // namespace hearsay::test
