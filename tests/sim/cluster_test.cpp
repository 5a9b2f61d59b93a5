// Simulated nodes under faults, with a network in between and a client that writes down its
// answers.
#include "tools/sim/cluster.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/units.h"

namespace hearsay::sim {
namespace {

struct Answer {
  std::int64_t time_ns;
  std::string body;
};

class Listener : public bench::ClientPort {
 public:
  bool receive(std::int64_t now_ns, std::string_view /*src*/, std::string_view body) override {
    answers.push_back({now_ns, std::string(body)});
    return true;
  }
  std::vector<Answer> answers;
};

class ClusterTest : public ::testing::Test {
 protected:
  void start(const ClusterOptions& options) {
    cluster_ = std::make_unique<Cluster>(heap_, options, 1);
    network_ = std::make_unique<bench::Network>(heap_, *cluster_, bench::NetworkOptions{}, 1);
    network_->add_node("n0");
    network_->add_node("n1");
    client_ = network_->add_client(listener_);
    cluster_->start(0, *network_);
    for (const char* node : {"n0", "n1"}) {
      ask(node, "init", R"("node_id":")" + std::string(node) + R"(","node_ids":["n0","n1"])");
    }
    run_until(0);
    listener_.answers.clear();
  }
  void ask(const char* node, const std::string& type, const std::string& rest) {
    const std::string body =
        R"({"type":")" + type + R"(","msg_id":1)" + (rest.empty() ? "" : ",") + rest + "}";
    EXPECT_FALSE(network_->send(now_ns_, client_, node, body, type));
  }
  void run_until(std::int64_t end_ns) {
    while (heap_.next_due_ns() && *heap_.next_due_ns() <= end_ns) {
      now_ns_ = *heap_.next_due_ns();
      heap_.run_due(now_ns_);
    }
    now_ns_ = end_ns;
  }
  static ClusterOptions flood() {
    ClusterOptions options;
    options.services.gossip.strategy = "flood";
    return options;
  }

  bench::EventHeap heap_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<bench::Network> network_;
  Listener listener_;
  std::string client_;
  std::int64_t now_ns_ = 0;
};

TEST_F(ClusterTest, AKilledWorkerLosesNothingAndAnswersOnce) {
  start(flood());
  for (int i = 0; i < 20; ++i) {
    cluster_->kill_worker(now_ns_, 0);
    ask("n0", "broadcast", "\"message\":" + std::to_string(i));
    run_until(now_ns_ + 20 * kNsPerMs);
  }
  EXPECT_EQ(listener_.answers.size(), 20U);
  EXPECT_GT(cluster_->worker_deaths(), 10);
  ask("n1", "read", "");
  run_until(now_ns_ + kNsPerMs);
  EXPECT_NE(listener_.answers.back().body.find(",19]"), std::string::npos);
  EXPECT_TRUE(cluster_->broken_recoveries().empty());
  EXPECT_EQ(cluster_->findings().counts().size(), 0U);
}

TEST_F(ClusterTest, AWorkerThatHangsIsReplaced) {
  start(flood());
  ASSERT_TRUE(cluster_->pause_worker(now_ns_, 0));
  ask("n0", "echo", R"("echo":1)");
  run_until(1900 * kNsPerMs);
  EXPECT_TRUE(listener_.answers.empty());
  run_until(2500 * kNsPerMs);
  EXPECT_EQ(listener_.answers.size(), 1U);
  EXPECT_EQ(cluster_->worker_deaths(), 1);
  ASSERT_EQ(cluster_->outages().size(), 1U);
  const bench::Outage& outage = cluster_->outages()[0];
  EXPECT_EQ(outage.node, 0U);
  EXPECT_GT(outage.begin_ns, 1900 * kNsPerMs);
  EXPECT_EQ(*outage.end_ns, listener_.answers[0].time_ns) << "the successor answers at once";
}

TEST_F(ClusterTest, AnIdlePausedWorkerIsLeftAlone) {
  start(flood());
  cluster_->pause_worker(now_ns_, 0);
  run_until(30 * kNsPerSecond);
  EXPECT_EQ(cluster_->worker_deaths(), 0);
  cluster_->resume_worker(now_ns_, 0);
  ask("n0", "echo", R"("echo":1)");
  run_until(now_ns_);
  EXPECT_EQ(listener_.answers.size(), 1U);
}

TEST_F(ClusterTest, APausedNodeAnswersLaterOrNotAtAll) {
  start(flood());
  cluster_->pause_node(now_ns_, 0);
  ask("n0", "echo", R"("echo":1)");
  run_until(4 * kNsPerSecond);
  EXPECT_TRUE(listener_.answers.empty());
  cluster_->resume_node(now_ns_, 0);
  run_until(now_ns_);
  EXPECT_EQ(listener_.answers.size(), 1U);
  cluster_->pause_node(now_ns_, 0);
  ask("n0", "echo", R"("echo":1)");
  run_until(now_ns_ + 5 * kNsPerSecond);
  cluster_->resume_node(now_ns_, 0);
  run_until(now_ns_ + kNsPerSecond);
  EXPECT_EQ(listener_.answers.size(), 1U) << "its client has gone";
}

TEST_F(ClusterTest, AKilledNodeComesBackFromNothing) {
  start(flood());
  ask("n0", "generate", "");
  run_until(now_ns_);
  cluster_->kill_node(now_ns_, 0);
  network_->take_down(now_ns_, 0);
  EXPECT_FALSE(cluster_->kill_worker(now_ns_, 0));
  network_->bring_up(0);
  cluster_->start_node(now_ns_, 0);
  ask("n0", "init", R"("node_id":"n0","node_ids":["n0","n1"])");
  ask("n0", "generate", "");
  run_until(now_ns_);
  ASSERT_EQ(listener_.answers.size(), 3U);
  EXPECT_NE(listener_.answers[0].body, listener_.answers[2].body);
}

ClusterOptions push() {
  ClusterOptions options;
  options.services.gossip.strategy = "push";
  return options;
}

TEST_F(ClusterTest, AWorkerThatWasPausedGoesOnWithItsNode) {
  start(flood());
  cluster_->pause_worker(now_ns_, 0);
  cluster_->pause_node(now_ns_, 0);
  cluster_->resume_node(now_ns_, 0);
  ask("n0", "echo", R"("echo":1)");
  run_until(now_ns_);
  EXPECT_EQ(listener_.answers.size(), 1U);
}

TEST_F(ClusterTest, TimersThatComeDueInAPauseFireAfterIt) {
  start(push());
  ask("n0", "broadcast", "\"message\":7");
  run_until(now_ns_);
  cluster_->pause_node(now_ns_, 0);
  run_until(kNsPerSecond);
  EXPECT_EQ(network_->server_messages().sent, 0);
  cluster_->resume_node(now_ns_, 0);
  run_until(2 * kNsPerSecond);
  EXPECT_GT(network_->server_messages().sent, 0);
}

// A node that knows nothing sends nothing.
TEST_F(ClusterTest, TimersOfAnEarlierLifeDoNotFire) {
  start(push());
  ask("n0", "broadcast", "\"message\":7");
  run_until(now_ns_);
  cluster_->kill_node(now_ns_, 0);
  network_->take_down(now_ns_, 0);
  network_->bring_up(0);
  cluster_->start_node(now_ns_, 0);
  ask("n0", "init", R"("node_id":"n0","node_ids":["n0","n1"])");
  run_until(now_ns_ + kNsPerSecond);
  EXPECT_EQ(network_->server_messages().sent, 0);
}

TEST_F(ClusterTest, SkewedClocksFireTimersAfterTheRightTime) {
  ClusterOptions options;
  options.services.gossip.strategy = "push";
  options.max_skew_ns = 3600 * kNsPerSecond;
  start(options);
  ask("n0", "broadcast", "\"message\":7");
  run_until(kNsPerSecond);
  const auto sent = network_->server_messages().sent;
  EXPECT_GE(sent, 2 * 19);
  EXPECT_LE(sent, 4 * 21);
}

TEST_F(ClusterTest, ChaosKillsAtTheMeanInterval) {
  ClusterOptions options = flood();
  options.care.chaos_kill_ms = 100;
  start(options);
  for (int i = 0; i < 100; ++i) {
    ask("n0", "echo", R"("echo":1)");
    ask("n1", "echo", R"("echo":1)");
    run_until(now_ns_ + 100 * kNsPerMs);
  }
  EXPECT_GT(cluster_->worker_deaths(), 100);  // 200 but for those that meet a starting worker
  EXPECT_LT(cluster_->worker_deaths(), 280);
  EXPECT_EQ(listener_.answers.size(), 200U);
}

}  // namespace
}  // namespace hearsay::sim
