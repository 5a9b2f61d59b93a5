// Ctrl-C leaves what was found so far.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "common/base/file_descriptor.h"
#include "tests/support/node_runner.h"
#include "tests/support/processes.h"
#include "tests/support/send_signal.h"
#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class Interrupted : public CommandTest {
 protected:
  // Runs it, with its output in a file, and interrupts it once `ready`. `errors`: where a shell
  // sends its stderr.
  Finished interrupt(const std::string& arguments, const std::function<bool()>& ready,
                     int number = SIGINT, const std::string& errors = "&1") {
    const fs::path output = store_ / "output";
    const pid_t bench = ::fork();
    if (bench == 0) {
      for (const int usual : {SIGINT, SIGHUP}) {
        static_cast<void>(::signal(usual, is_ignored_ ? SIG_IGN : SIG_DFL));
      }
      const std::string line = "exec " + std::string(HEARSAY_COMMAND) + " " + arguments + " >" +
                               output.string() + " 2>" + errors;
      ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
      ::_exit(1);
    }
    EXPECT_TRUE(in_time(kPatience, ready));
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    send_signal(bench, number);
    if (twice_) {
      in_time(kPatience, [&] { return !is_pending(bench, number); });
      send_signal(bench, number);
    }
    int status = 0;
    const auto has_ended = [&] { return ::waitpid(bench, &status, WNOHANG) == bench; };
    if (!in_time(kPatience, has_ended)) {
      ADD_FAILURE() << "it is deaf";
      send_signal(bench, SIGKILL);
      ::waitpid(bench, &status, 0);
    }
    std::ifstream file(output);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
            std::string(std::istreambuf_iterator<char>(file), {})};
  }
  // As `timeout` does, and a terminal that closes.
  void send_twice() { twice_ = true; }
  // As a shell does with `&`, and nohup.
  void ignore() { is_ignored_ = true; }
  std::string where() const { return " --no-page --store " + store_.string(); }
  std::function<bool()> started() const {
    return [this] { return fs::exists(store_ / "output"); };
  }

 private:
  static bool is_pending(pid_t process, int number) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (!line.starts_with("ShdPnd:")) continue;
      return (std::stoull(line.substr(7), nullptr, 16) >> (number - 1) & 1U) != 0;
    }
    return false;
  }

  bool twice_ = false;
  bool is_ignored_ = false;
};

// The reader holds the pipe and reads nothing, as a pager does.
TEST_F(Interrupted, WhoeverDoesNotReadALogHoldsUpNoRun) {
  const std::string fifo = store_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const FileDescriptor reader(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(reader.valid());
  const Finished finished = interrupt(
      std::string("test -w echo --node-count 1 --time-limit 4 --rate 200 --log-net-send --bin ") +
          HEARSAY_TEST_NODES + "/direct.py" + where(),
      [this] { return fs::exists(store_ / "latest" / "report.txt"); }, SIGINT, fifo);
  EXPECT_EQ(finished.exit_code, -SIGINT) << finished.output;
  EXPECT_NE(finished.output.find("Valid: everything looks good"), std::string::npos)
      << "it waited for who reads stderr: " << finished.output;
  EXPECT_EQ(results().at("valid?"), true);
  EXPECT_GT(results().at("stats").at("ok-count"), 500);
}

TEST_F(Interrupted, ASignalThatComesByMistakeEndsNothing) {
  for (const int number : {SIGUSR1, SIGALRM, SIGIO, SIGRTMIN}) {
    const Finished finished = interrupt(
        std::string("test -w echo --node-count 1 --time-limit 3 --rate 20 --bin ") +
            HEARSAY_TEST_NODES + "/direct.py" + where(),
        [this] { return fs::exists(store_ / "latest" / "node-logs"); }, number);
    EXPECT_EQ(finished.exit_code, 0) << number << ": " << finished.output;
    fs::remove_all(store_ / "latest");
  }
}

// What nodes said meanwhile is heard before the time-outs that came due.
TEST_F(Interrupted, ABenchThatIsStoppedBlamesNoNode) {
  const fs::path output = store_ / "output";
  const pid_t bench = ::fork();
  if (bench == 0) {
    const std::string line = "exec " + std::string(HEARSAY_COMMAND) +
                             " test -w echo --node-count 1 --time-limit 10 --rate 50 --bin " +
                             HEARSAY_TEST_NODES + "/faulty.py" + where() + " >" + output.string() +
                             " 2>&1 -- slow";
    ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(1);
  }
  EXPECT_TRUE(in_time(kPatience, [&] { return fs::exists(store_ / "latest" / "node-logs"); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  send_signal(bench, SIGSTOP);
  std::this_thread::sleep_for(std::chrono::milliseconds(5500));
  send_signal(bench, SIGCONT);
  int status = 0;
  const auto has_ended = [&] { return ::waitpid(bench, &status, WNOHANG) == bench; };
  ASSERT_TRUE(in_time(kPatience, has_ended));
  std::ifstream file(output);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(WEXITSTATUS(status), 0) << text;
  EXPECT_NE(text.find("hearsay test itself stood still for "), std::string::npos) << text;
  EXPECT_EQ(text.find("late reply"), std::string::npos) << text;
}

TEST_F(Interrupted, ARunLeavesItsHistoryAndFindings) {
  const Finished finished =
      interrupt(std::string("test -w echo --node-count 1 --time-limit 100 --rate 50 --bin ") +
                    HEARSAY_TEST_NODES + "/faulty.py" + where() + " -- garbage",
                [this] { return fs::exists(store_ / "latest" / "node-logs"); });
  EXPECT_EQ(finished.exit_code, 130) << finished.output;
  EXPECT_NE(finished.output.find("INTERRUPTED"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("1 line that is no message"), std::string::npos)
      << finished.output;
  EXPECT_EQ(results().at("valid?"), "unknown");
  EXPECT_EQ(results().at("hearsay").at("failure-kind"), "interrupted");
  EXPECT_GT(results().at("stats").at("ok-count"), 0);
  EXPECT_GT(fs::file_size(store_ / "latest" / "history.jsonl"), 0U);
}

TEST_F(Interrupted, ARunIsNotCalledGoodByTheCheckEither) {
  const Finished finished = interrupt(std::string("test -w broadcast --time-limit 60 --bin ") +
                                          HEARSAY_TEST_NODES + "/direct.py" + where(),
                                      [this] { return fs::exists(store_ / "latest"); });
  ASSERT_EQ(finished.exit_code, 130) << finished.output;
  const Finished checked = run_shell(std::string(HEARSAY_COMMAND) + " check -w broadcast " +
                                     (store_ / "latest").string());
  EXPECT_EQ(checked.exit_code, 2) << checked.output;
  EXPECT_NE(checked.output.find("UNKNOWN: the run was interrupted"), std::string::npos)
      << checked.output;
}

TEST_F(Interrupted, ASimulationTellsWhatItSaw) {
  const Finished finished = interrupt(
      "sim -w broadcast --node-count 500 --rate 200 --time-limit 100000" + where(), started());
  EXPECT_EQ(finished.exit_code, 130) << finished.output;
  EXPECT_NE(finished.output.find("INTERRUPTED"), std::string::npos) << finished.output;
  EXPECT_EQ(results().at("valid?"), "unknown");
}

TEST_F(Interrupted, ASwarmTellsHowFarItCame) {
  const Finished finished = interrupt("sim --seeds 1..100000", started(), SIGQUIT);
  EXPECT_EQ(finished.exit_code, 130) << finished.output;
  EXPECT_NE(finished.output.find("INTERRUPTED after"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("no violation"), std::string::npos) << finished.output;
}

TEST_F(Interrupted, TwoSignalsAtOnceAreOneWish) {
  send_twice();
  const Finished swarm = interrupt("sim --seeds 1..100000", started(), SIGTERM);
  EXPECT_EQ(swarm.exit_code, 130) << swarm.output;
  EXPECT_NE(swarm.output.find("INTERRUPTED after"), std::string::npos) << swarm.output;
  const Finished run = interrupt(
      std::string("test -w echo --node-count 1 --time-limit 100 --bin ") + HEARSAY_TEST_NODES +
          "/direct.py" + where(),
      [this] { return fs::exists(store_ / "latest" / "node-logs"); }, SIGTERM);
  EXPECT_EQ(run.exit_code, 130) << run.output;
  EXPECT_NE(run.output.find("INTERRUPTED"), std::string::npos) << run.output;
}

TEST_F(Interrupted, WhatAShellIgnoresForItsJobsIsTaken) {
  ignore();
  const Finished swarm = interrupt("sim --seeds 1..100000", started());
  EXPECT_EQ(swarm.exit_code, 130) << swarm.output;
  const Finished run =
      interrupt(std::string("test -w echo --node-count 1 --time-limit 100 --bin ") +
                    HEARSAY_TEST_NODES + "/direct.py" + where(),
                [this] { return fs::exists(store_ / "latest" / "node-logs"); });
  EXPECT_EQ(run.exit_code, 130) << run.output;
}

TEST_F(Interrupted, ATerminalThatClosesIsNoMatterUnderNohup) {
  ignore();
  const Finished run = interrupt(
      std::string("test -w echo --node-count 1 --time-limit 3 --bin ") + HEARSAY_TEST_NODES +
          "/direct.py" + where(),
      [this] { return fs::exists(store_ / "latest" / "node-logs"); }, SIGHUP);
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(results().at("valid?"), true);
}

TEST_F(Interrupted, AComparisonShowsTheRunsThatAreDone) {
  const Finished finished = interrupt(
      "compare --node-count 5 -c relay -c push --seeds 500 --no-plots --store " + store_.string(),
      started());
  EXPECT_EQ(finished.exit_code, 130) << finished.output;
  EXPECT_NE(finished.output.find(" of 5000 runs done;"), std::string::npos) << finished.output;
  EXPECT_EQ(finished.output.find("\n!"), std::string::npos) << finished.output;
  const nlohmann::json comparison = nlohmann::json::parse(read("compare.json"));
  EXPECT_EQ(comparison.at("valid?"), "unknown");
  EXPECT_EQ(comparison.at("rows").back().at("valid?"), "unknown");
}

// The demo in a tree of its own, where nothing needs to be built.
TEST_F(Interrupted, TheDemoEndsWithoutATraceback) {
  fs::create_directories(store_ / "tools");
  fs::create_directories(store_ / "build");
  fs::copy(fs::path(HEARSAY_TEST_NODES) / "../../../tools/demo", store_ / "tools" / "demo");
  std::ofstream(store_ / "tools" / "build") << "#!/bin/sh\n";
  fs::permissions(store_ / "tools" / "build", fs::perms::owner_all);
  fs::create_directory_symlink(fs::path(HEARSAY_COMMAND).parent_path(), store_ / "build" / "bin");
  const fs::path output = store_ / "output";
  const pid_t demo = ::fork();
  if (demo == 0) {
    ::setpgid(0, 0);  // Ctrl-C reaches the script and the command
    static_cast<void>(::signal(SIGINT, SIG_DFL));
    const std::string line =
        "exec " + (store_ / "tools" / "demo").string() + " >" + output.string() + " 2>&1";
    ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(1);
  }
  while (!fs::exists(store_ / "store" / "latest" / "node-logs" / "n4.log")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  send_signal_to_group(demo, SIGINT);
  int status = 0;
  ::waitpid(demo, &status, 0);
  std::ifstream file(output);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_TRUE(WIFEXITED(status)) << text;
  EXPECT_EQ(WEXITSTATUS(status), 130) << text;
  EXPECT_NE(text.find("Interrupted"), std::string::npos) << text;
  EXPECT_EQ(text.find("Traceback"), std::string::npos) << text;
}

}  // namespace
}  // namespace hearsay::test
