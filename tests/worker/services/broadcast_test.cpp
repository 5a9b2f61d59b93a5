#include <gtest/gtest.h>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

class Broadcast : public ::testing::Test {
 protected:
  Broadcast() { core_.initialise({"n0", "n1", "n2"}); }
  Json messages() { return core_.ask({{"type", "read"}})["messages"]; }

  CoreHarness core_{GossipOptions{.strategy = "push"}};
};

TEST_F(Broadcast, AValueIsAcknowledgedAndRead) {
  EXPECT_EQ(core_.ask({{"type", "broadcast"}, {"message", 7}})["type"], "broadcast_ok");
  EXPECT_EQ(messages(), Json({7}));
}

TEST_F(Broadcast, ReadsNothingAtFirst) {
  EXPECT_EQ(messages(), Json::array());
}

TEST_F(Broadcast, AnyJsonValueIsAValue) {
  const Json values = Json::parse(R"([1,"1",1.0,null,true,{"a":[]},[1,[2]],""])");
  for (const Json& value : values) core_.ask({{"type", "broadcast"}, {"message", value}});
  EXPECT_EQ(messages(), values);
}

TEST_F(Broadcast, TheSameValueIsKeptOnceHoweverItIsWritten) {
  const std::string broadcast = R"({"src":"c1","dest":"n0","body":{"type":"broadcast","message":)";
  const std::string gossip = R"({"src":"n1","dest":"n0","body":{"type":"gossip","messages":)";
  core_.send_text(broadcast + R"({"a":1,"b":[1,"\u0041"]}}})");
  core_.send_text(broadcast + R"({ "b" : [ 1 , "A" ], "a" : 1 }}})");
  core_.send_text(gossip + R"([{"b":[1,"A"],"a":1},{"a":1,"b":[1,"\u0041"]}]}})");
  EXPECT_EQ(messages(), Json::parse(R"([{"a":1,"b":[1,"A"]}])"));
}

TEST_F(Broadcast, PeersValuesAreLearned) {
  core_.send(gossip_from("n1", {1, 2}));
  core_.send(gossip_from("n2", {2, 3}));
  EXPECT_EQ(messages(), Json({1, 2, 3}));
}

TEST_F(Broadcast, AValueTwiceInOneMessageIsKeptOnce) {
  core_.send(gossip_from("n1", {4, 4}));
  EXPECT_EQ(messages(), Json({4}));
}

TEST_F(Broadcast, AValueWithoutMsgIdIsKeptAndNotAnswered) {
  const Json message{
      {"src", "n1"}, {"dest", "n0"}, {"body", {{"type", "broadcast"}, {"message", 9}}}};
  EXPECT_TRUE(core_.send(message).empty());
  EXPECT_EQ(messages(), Json({9}));
}

TEST_F(Broadcast, BadBodiesChangeNothing) {
  EXPECT_EQ(core_.ask({{"type", "broadcast"}})["code"], 12);
  core_.send({{"src", "n1"}, {"dest", "n0"}, {"body", {{"type", "gossip"}, {"messages", 3}}}});
  core_.send({{"src", "n1"}, {"dest", "n0"}, {"body", {{"type", "gossip"}}}});
  EXPECT_EQ(messages(), Json::array());
}

TEST_F(Broadcast, BadTopologiesAreRefusedInWords) {
  const auto text = [&](const Json& topology) {
    const Json body = core_.ask({{"type", "topology"}, {"topology", topology}});
    EXPECT_EQ(body["code"], 12) << topology;
    return body["text"].get<std::string>();
  };
  EXPECT_EQ(text("grid"), "body.topology must be an object");
  EXPECT_EQ(text({{"n0", {"n9"}}}), "body.topology names a neighbour that is no node");
  EXPECT_EQ(text({{"n0", {5}}}), "body.topology names a neighbour that is no node");
  EXPECT_EQ(text({{"n0", "n1"}}), "body.topology's entry for n0 must be an array");
}

TEST_F(Broadcast, ValuesAndTopologySurviveCrashAndCompaction) {
  core_.ask({{"type", "topology"}, {"topology", {{"n0", {"n2"}}}}});
  for (int i = 0; i < 10; ++i) core_.ask({{"type", "broadcast"}, {"message", i}});
  const Json before = messages();
  core_.restart();
  EXPECT_EQ(messages(), before);
  core_.compact();
  core_.restart();
  EXPECT_EQ(messages(), before);
  core_.wakes.clear();
  core_.worker_started(2);
  std::vector<Json> lines;
  ASSERT_TRUE(core_.fire_next_timer(lines));
  EXPECT_EQ(lines.at(1)["dest"], "n2");
}

// Maelstrom's topology for one node in a line is {}.
TEST(BroadcastTopology, WithoutAnEntryThereAreNoNeighbours) {
  for (const Json& topology : {Json::object(), Json({{"n1", {"n0"}}})}) {
    CoreHarness core({.strategy = "flood"});
    core.initialise();
    EXPECT_EQ(core.ask({{"type", "topology"}, {"topology", topology}})["type"], "topology_ok");
    for (int life = 0; life < 2; ++life) {
      const auto lines = core.send(
          {{"src", "c1"}, {"dest", "n0"}, {"body", {{"type", "broadcast"}, {"message", life}}}});
      EXPECT_TRUE(lines.empty()) << "nobody to send to";
      core.restart();
    }
  }
}

// A name given twice is one node, and a node sends nothing to itself.
TEST(BroadcastTopology, NamesGivenTwiceAreOneNode) {
  for (const char* strategy : {"flood", "push", "relay", "epidemic"}) {
    CoreHarness core({.strategy = strategy});
    core.initialise({"n0", "n0", "n1", "n1", "n0"});
    core.ask({{"type", "topology"}, {"topology", {{"n0", {"n1", "n0", "n1"}}}}});
    std::map<std::string, int> sent;
    std::vector<Json> lines = core.send(
        {{"src", "c1"}, {"dest", "n0"}, {"body", {{"type", "broadcast"}, {"message", 1}}}});
    for (int timer = 0; timer < 20; ++timer) {
      for (const Json& line : lines) ++sent[line["dest"]];
      if (!core.fire_next_timer(lines)) break;
    }
    EXPECT_EQ(sent.count("n0"), 0U) << strategy;
    EXPECT_GT(sent["n1"], 0) << strategy;
    if (std::string(strategy) == "flood") {
      EXPECT_EQ(sent["n1"], 1);
    }
  }
}

}  // namespace
}  // namespace hearsay::test
