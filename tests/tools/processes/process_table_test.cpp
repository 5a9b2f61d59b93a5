// What /proc says about processes that go while they are looked at.
#include "tools/processes/process_table.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

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

}  // namespace
}  // namespace hearsay::bench
