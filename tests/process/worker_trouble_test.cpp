// Workers that die, stop or can't be started, again and again: the node stays awake, answers, and
// says what is wrong.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/processes.h"
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
  void work_again() const { std::filesystem::remove(order()); }

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
  NodeRunner& node = conversation.node();
  worker.order_to("exit 1");
  ::kill(node.worker(), SIGKILL);
  conversation.say(echo_line(7));
  ASSERT_TRUE(happens(node, "worker_delayed", 8));  // a second from now on
  const std::int64_t before = cpu_ticks(node.pid());
  std::this_thread::sleep_for(milliseconds(2000));
  EXPECT_LE(cpu_ticks(node.pid()) - before, 20) << "of 200";
  worker.work_again();
  EXPECT_TRUE(conversation.still_echoes());
}

}  // namespace
}  // namespace hearsay::test
