// What is done to nodes, done to real processes: a shell that is the node, its child the worker.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/processes.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"
#include "tools/experiment/network/network.h"
#include "tools/processes/event_loop.h"
#include "tools/processes/node_group.h"
#include "tools/processes/process_table.h"

namespace hearsay::bench {
namespace {

using test::gone_in_time;
using test::state_of;
using test::stopped_in_time;

bool in_time(const std::function<bool()>& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

class NodeControlTest : public testing::Test {
 protected:
  explicit NodeControlTest(std::string script = "sleep 600 & wait; exec sleep 600")
      : script_(std::move(script)) {
    network_.add_node("n0");
    network_.add_node("n1");
    group_.start(network_);
  }
  // The worker of a node, once it is there.
  pid_t worker(std::size_t node) const {
    std::vector<pid_t> children;
    in_time([&] {
      children = running_children(group_.pid(node));
      return !children.empty();
    });
    return children.empty() ? -1 : children.front();
  }
  bool runs_in_time(pid_t pid) const {
    return in_time([&] { return state_of(pid) == 'S' || state_of(pid) == 'R'; });
  }

  std::string script_;
  std::vector<std::string> deaths_;
  test::TemporaryFolder logs_;
  EventLoop loop_{[](std::int64_t, int) {}};
  NodeGroup group_{loop_,
                   {"/bin/sh", {"-c", script_}},
                   logs_.path(),
                   false,
                   [this](std::int64_t, std::size_t, const std::string& failure) {
                     deaths_.push_back(failure);
                   }};
  Network network_{loop_.heap(), group_, {}, 1};
};

TEST_F(NodeControlTest, AKilledNodeIsGoneWithItsWorkerAndCanBeStartedAgain) {
  const pid_t node = group_.pid(0);
  const pid_t its_worker = worker(0);
  group_.kill_node(0, 0);
  EXPECT_TRUE(gone_in_time(node));
  EXPECT_TRUE(gone_in_time(its_worker));
  EXPECT_EQ(group_.pid(0), -1);
  EXPECT_EQ(group_.kill_worker(0, 0), std::nullopt);
  EXPECT_EQ(group_.pause_worker(0, 0), std::nullopt);
  group_.resume_worker(0, 0);
  group_.pause_node(0, 0);
  group_.resume_node(0, 0);
  group_.kill_node(0, 0);
  EXPECT_EQ(state_of(group_.pid(1)) != 0, true) << "the other one lives";

  group_.start_node(0, 0);
  EXPECT_NE(group_.pid(0), node);
  EXPECT_GT(worker(0), 0);
  group_.look_for_deaths(0);
  EXPECT_TRUE(deaths_.empty()) << deaths_.front();
}

TEST_F(NodeControlTest, ANodeThatDiesByItselfIsReported) {
  test::send_signal(group_.pid(1), SIGKILL);
  EXPECT_TRUE(in_time([&] {
    group_.look_for_deaths(0);
    return !deaths_.empty();
  }));
}

TEST_F(NodeControlTest, APausedNodeStopsWithItsWorker) {
  const pid_t its_worker = worker(0);
  group_.pause_node(0, 0);
  EXPECT_TRUE(stopped_in_time(group_.pid(0)));
  EXPECT_TRUE(stopped_in_time(its_worker));
  EXPECT_TRUE(runs_in_time(group_.pid(1)));
  group_.resume_node(0, 0);
  EXPECT_TRUE(runs_in_time(group_.pid(0)));
  EXPECT_TRUE(runs_in_time(its_worker));
}

class WrappedNode : public NodeControlTest {
 protected:
  WrappedNode() : NodeControlTest("setsid sleep 600 & wait") {}
};

TEST_F(WrappedNode, IsPausedThoughItHasASessionOfItsOwn) {
  const pid_t inner = worker(0);
  ASSERT_TRUE(in_time([&] { return ::getpgid(inner) == inner; }));
  group_.pause_node(0, 0);
  EXPECT_TRUE(stopped_in_time(inner));
  EXPECT_TRUE(stopped_in_time(group_.pid(0)));
  group_.resume_node(0, 0);
  EXPECT_TRUE(runs_in_time(inner));
}

TEST(NodeGroupsEnd, KillsWhatLeftItsNodesGroup) {
  pid_t inner = -1;
  {
    const test::TemporaryFolder logs;
    EventLoop loop{[](std::int64_t, int) {}};
    NodeGroup group{loop,
                    {"/bin/sh", {"-c", "setsid sleep 600 & wait"}},
                    logs.path(),
                    false,
                    [](std::int64_t, std::size_t, const std::string&) {}};
    Network network{loop.heap(), group, {}, 1};
    network.add_node("n0");
    group.start(network);
    ASSERT_TRUE(in_time([&] {
      const std::vector<pid_t> children = running_children(group.pid(0));
      inner = children.empty() ? -1 : children.front();
      return inner > 0 && ::getpgid(inner) == inner;
    }));
  }
  EXPECT_TRUE(gone_in_time(inner));
}

TEST_F(NodeControlTest, APausedNodeCanBeKilled) {
  const pid_t node = group_.pid(0);
  group_.pause_node(0, 0);
  ASSERT_TRUE(stopped_in_time(node));
  group_.kill_node(0, 0);
  EXPECT_TRUE(gone_in_time(node));
  group_.start_node(0, 0);
  group_.resume_node(0, 0);
  EXPECT_TRUE(runs_in_time(group_.pid(0)));
}

TEST_F(NodeControlTest, APausedWorkerStaysSoWhateverItsNodeDoes) {
  const pid_t its_worker = worker(0);
  EXPECT_EQ(group_.pause_worker(0, 0), its_worker);
  EXPECT_TRUE(stopped_in_time(its_worker));
  EXPECT_TRUE(runs_in_time(group_.pid(0)));
  group_.pause_node(0, 0);
  EXPECT_TRUE(stopped_in_time(group_.pid(0)));
  group_.resume_node(0, 0);
  EXPECT_TRUE(runs_in_time(group_.pid(0)));
  EXPECT_TRUE(stopped_in_time(its_worker));
  group_.resume_worker(0, 0);
  EXPECT_TRUE(runs_in_time(its_worker));
}

TEST_F(NodeControlTest, AWorkerOfAPausedNodeIsResumedWithIt) {
  const pid_t its_worker = worker(0);
  ASSERT_EQ(group_.pause_worker(0, 0), its_worker);
  group_.pause_node(0, 0);
  group_.resume_worker(0, 0);
  EXPECT_TRUE(stopped_in_time(its_worker)) << "its node is still paused";
  group_.resume_node(0, 0);
  EXPECT_TRUE(runs_in_time(its_worker));
}

TEST_F(NodeControlTest, AKilledWorkerIsGone) {
  const pid_t its_worker = worker(0);
  EXPECT_EQ(group_.kill_worker(0, 0), its_worker);
  EXPECT_TRUE(gone_in_time(its_worker));
  EXPECT_TRUE(runs_in_time(group_.pid(0)));
}

}  // namespace
}  // namespace hearsay::bench
