#include "tools/sim/sim_node.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/protocol/shared_part.h"

namespace hearsay::sim {
namespace {

class SimNodeTest : public ::testing::Test {
 protected:
  SimNodeTest() : node_(setting(), desk_) {
    node_.start_worker(0);
    node_.worker_up();
    take(R"({"type":"init","msg_id":1,"node_id":"n0","node_ids":["n0","n1"]})");
    run();
  }
  static SimNode::Setting setting() {
    SimNode::Setting setting;
    setting.services.gossip.strategy = "flood";
    setting.key = {1, 2};
    return setting;
  }
  void take(const std::string& body) {
    EXPECT_EQ(node_.take_line(0, R"({"src":"c1","dest":"n0","body":)" + body + "}"), "");
  }
  // All that the waiting inputs put out, as text.
  std::string run() {
    std::string text;
    while (node_.has_input()) text += node_.step();
    return text;
  }
  std::string read() {
    take(R"({"type":"read","msg_id":9})");
    return run();
  }
  void revive() {
    node_.start_worker(0);
    EXPECT_TRUE(node_.worker_up());
  }

  SimNode::Desk desk_;
  SimNode node_;
};

TEST_F(SimNodeTest, ACommittedStepSurvivesACrash) {
  take(R"({"type":"broadcast","msg_id":2,"message":77})");
  run();
  node_.crash(false);
  revive();
  EXPECT_NE(read().find("[77]"), std::string::npos);
}

TEST_F(SimNodeTest, AStepInWhichTheWorkerDiesIsRunAgain) {
  take(R"({"type":"broadcast","msg_id":2,"message":77})");
  node_.crash(true);
  EXPECT_TRUE(node_.has_input());
  const std::uint64_t consumed = node_.inputs_consumed();
  revive();
  EXPECT_EQ(node_.inputs_consumed(), consumed);
  const std::string outputs = run();
  EXPECT_NE(outputs.find("broadcast_ok"), std::string::npos);
  EXPECT_EQ(outputs.find("broadcast_ok"), outputs.rfind("broadcast_ok"));
  EXPECT_NE(read().find("[77]"), std::string::npos);
}

TEST_F(SimNodeTest, TheNewsOfItsStartComesBehindWhatWaits) {
  take(R"({"type":"broadcast","msg_id":2,"message":77})");
  node_.crash(false);
  revive();
  EXPECT_EQ(node_.waiting_inputs(), 2U);
  EXPECT_NE(std::string(node_.step()).find("broadcast_ok"), std::string::npos);
  EXPECT_EQ(node_.waiting_inputs(), 1U);
}

TEST_F(SimNodeTest, ALongMessageComesInParts) {
  const std::string value = "\"" + std::string(100'000, 'x') + "\"";
  take(R"({"type":"broadcast","msg_id":2,"message":)" + value + "}");
  EXPECT_EQ(node_.waiting_inputs(), 4U);
  node_.step();
  node_.step();
  node_.crash(false);  // between two parts
  revive();
  run();
  take(R"({"type":"read","msg_id":9})");
  const std::string outputs = run();
  std::string line;
  RecordReader records(outputs);
  while (const auto record = records.next()) protocol::append_part(line, *record, node_.shelf());
  EXPECT_NE(line.find("[" + value + "]"), std::string::npos);
}

TEST_F(SimNodeTest, ACompactedJournalIsShorterAndAsGood) {
  for (int i = 0; i < 50; ++i) {
    take(R"({"type":"topology","msg_id":2,"topology":{"n0":["n1"]}})");
    run();
  }
  const std::size_t before = node_.journal().size();
  EXPECT_TRUE(node_.compact());
  EXPECT_LT(node_.journal().size(), before / 10);
  take(R"({"type":"broadcast","msg_id":2,"message":5})");
  run();
  node_.crash(false);
  revive();
  EXPECT_NE(read().find("[5]"), std::string::npos);
}

TEST_F(SimNodeTest, WhatIsNoMessageIsRefused) {
  EXPECT_NE(node_.take_line(0, "{}"), "");
  EXPECT_FALSE(node_.has_input());
}

}  // namespace
}  // namespace hearsay::sim
