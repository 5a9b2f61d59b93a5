// --state-dir: the whole node, supervisor and worker, is killed and started again.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <set>
#include <string>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

NodeSetup kept_in(const TemporaryFolder& folder) {
  return {.arguments = {"--state-dir=" + folder.path().string()}};
}

std::string broadcast_line(std::int64_t msg_id, const nlohmann::json& value) {
  return request_line("c1", "n1", "broadcast", msg_id, {{"message", value}});
}

nlohmann::json values_of(Conversation& talk, std::int64_t msg_id) {
  talk.say(request_line("c1", "n1", "read", msg_id));
  return talk.answer_to(msg_id)["body"]["messages"];
}

TEST(StateDir, WhatWasAcknowledgedOutlivesTheWholeNode) {
  const TemporaryFolder folder;
  nlohmann::json expected = nlohmann::json::array();
  std::set<std::string> ids;
  constexpr int kLives = 5;
  for (int life = 0; life < kLives; ++life) {
    Conversation talk(kept_in(folder));
    EXPECT_EQ(values_of(talk, 10), expected);
    talk.say(broadcast_line(11, life));
    EXPECT_EQ(type_of(talk.answer_to(11)), "broadcast_ok");
    expected.push_back(life);
    talk.say(request_line("c1", "n1", "generate", 12));
    ids.insert(talk.answer_to(12)["body"]["id"].get<std::string>());
    talk.node().signal(SIGKILL);
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kLives));
}

TEST(StateDir, AServiceThatHasStateThereMustBeSwitchedOn) {
  const TemporaryFolder folder;
  {
    Conversation talk(kept_in(folder));
    talk.say(broadcast_line(11, "kept"));
    talk.answer_to(11);
    talk.node().signal(SIGKILL);
  }
  NodeSetup other = kept_in(folder);
  other.arguments.emplace_back("--workload=echo");
  NodeRunner node(other);
  node.send_line(request_line("c1", "n1", "read", 1));
  EXPECT_EQ(node.exit_code(), 2);
  const std::string said = node.stderr_text();
  EXPECT_NE(said.find("'broadcast' has kept, but that is not switched on (--workload)"),
            std::string::npos)
      << said;
  Conversation again(kept_in(folder));
  EXPECT_EQ(values_of(again, 12), nlohmann::json::array({"kept"}));
}

TEST(StateDir, OutlivesAWorkerKilledBefore) {
  const TemporaryFolder folder;
  {
    Conversation talk(kept_in(folder));
    talk.say(broadcast_line(11, "kept"));
    talk.answer_to(11);
    const pid_t first = talk.node().worker();
    ::kill(first, SIGKILL);
    EXPECT_NE(talk.node().worker(first), -1);
    EXPECT_TRUE(talk.still_echoes());
    talk.node().signal(SIGKILL);
  }
  Conversation talk(kept_in(folder));
  EXPECT_EQ(values_of(talk, 10), nlohmann::json::array({"kept"}));
  talk.expect_good_end();
}

TEST(StateDir, KeepsAValueLargerThanTheRing) {
  const TemporaryFolder folder;
  const std::string large(600'000, 'x');
  {
    Conversation talk(kept_in(folder));
    talk.say(broadcast_line(11, large));
    EXPECT_EQ(type_of(talk.answer_to(11)), "broadcast_ok");
    talk.node().signal(SIGKILL);
  }
  Conversation talk(kept_in(folder));
  EXPECT_EQ(values_of(talk, 10), nlohmann::json::array({large}));
  talk.expect_good_end();
}

TEST(StateDir, NodesOfOneClusterShareTheFolder) {
  const TemporaryFolder folder;
  Conversation one(kept_in(folder), {"n1", "n2"});
  one.say(broadcast_line(11, 1));
  one.answer_to(11);
  NodeRunner two(kept_in(folder));
  two.send_line(init_line("n2", {"n1", "n2"}));
  EXPECT_EQ(type_of(two.next_message()), "init_ok");
  two.send_line(request_line("c1", "n2", "read", 2));
  EXPECT_EQ(two.next_message()["body"]["messages"], nlohmann::json::array());
}

TEST(StateDir, IsNotSharedByTwoNodesOfOneName) {
  const TemporaryFolder folder;
  Conversation first(kept_in(folder));
  NodeRunner second(kept_in(folder));
  second.send_line(init_line("n1", {"n1", "n2"}));
  EXPECT_EQ(second.exit_code(), 1);
  EXPECT_NE(second.stderr_text().find("in use by another node"), std::string::npos);
  EXPECT_TRUE(first.still_echoes());
}

TEST(StateDir, AFileThatIsNoSegmentIsRefused) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "n1");
  std::ofstream(folder / "n1/segment") << std::string(1000, 'x');
  NodeRunner node(kept_in(folder));
  node.send_line(init_line("n1", {"n1", "n2"}));
  EXPECT_EQ(node.exit_code(), 1);
  EXPECT_NE(node.stderr_text().find("segment"), std::string::npos);
}

TEST(StateDir, ANameThatIsNoFileNameIsRefused) {
  const TemporaryFolder folder;
  NodeRunner node(kept_in(folder));
  node.send_line(init_line("../n1", {"../n1"}));
  EXPECT_EQ(node.exit_code(), 1);
  EXPECT_NE(node.stderr_text().find("can't name a folder"), std::string::npos);
}

TEST(StateDir, LinesThatNameNobodyComeFirstAndAreDropped) {
  const TemporaryFolder folder;
  NodeRunner node(kept_in(folder));
  node.send_line("no json");
  node.send_line("");
  node.send_line(init_line("n1", {"n1"}));
  EXPECT_EQ(type_of(node.next_message()), "init_ok");
  EXPECT_TRUE(node.ends_well());
}

TEST(StateDir, NoInputAtAllIsAGoodEnd) {
  const TemporaryFolder folder;
  NodeRunner node(kept_in(folder));
  EXPECT_TRUE(node.ends_well());
}

}  // namespace
}  // namespace hearsay::test
