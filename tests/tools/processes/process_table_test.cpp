// What /proc says about processes that go while they are looked at.
#include "tools/processes/process_table.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "tests/support/node_runner.h"
#include "tests/support/send_signal.h"

namespace hearsay::bench {
namespace {

TEST(ProcessTable, AProcessMayEndWhileItIsLookedAt) {
  constexpr int kChildren = 3000;
  std::atomic<bool> over{false};
  std::thread looking([&] {
    while (!over) {
      for (const pid_t child : running_children(::getpid())) usage_of_tree(child);
      running_children(::getpid());
    }
  });
  for (int i = 0; i < kChildren; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
  }
  over = true;
  looking.join();
  EXPECT_TRUE(running_children(::getpid()).empty());
}

TEST(ProcessTable, WhoRunsIsBusyAndWhoWaitsIsNot) {
  for (const bool runs : {true, false}) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (!runs) ::pause();
      for (std::atomic<bool> never{false}; !never;) continue;
      ::_exit(0);
    }
    const auto in_time = std::chrono::steady_clock::now() + test::kPatience;
    while (is_busy(child) != runs && std::chrono::steady_clock::now() < in_time) {
      std::this_thread::yield();
    }
    EXPECT_EQ(is_busy(child), runs);
    test::send_signal(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
}

TEST(ProcessTable, ChildrenOfAllThreadsAreChildren) {
  std::atomic<pid_t> child{-1};
  std::atomic<bool> over{false};
  std::thread other([&] {
    const pid_t forked = ::fork();
    if (forked == 0) {
      ::pause();
      ::_exit(0);
    }
    child = forked;
    while (!over) std::this_thread::yield();
  });
  std::vector<pid_t> found;
  while (found.empty() || child < 0) found = running_children(::getpid());
  EXPECT_EQ(found, std::vector<pid_t>{child});
  test::send_signal(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  over = true;
  other.join();
}

}  // namespace
}  // namespace hearsay::bench
