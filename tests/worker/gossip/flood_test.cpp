#include <gtest/gtest.h>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {
namespace {

class Flood : public ::testing::Test {
 protected:
  Flood() {
    core_.initialise({"n0", "n1", "n2", "n3"});
    core_.ask({{"type", "topology"}, {"topology", {{"n0", {"n1", "n2"}}}}});
  }

  CoreHarness core_{GossipOptions{.strategy = "flood"}};
};

Json value_from_client(const Json& value) {
  return {{"src", "c1"},
          {"dest", "n0"},
          {"body", {{"type", "broadcast"}, {"msg_id", 50}, {"message", value}}}};
}

std::vector<std::string> gossip_targets(const std::vector<Json>& lines) {
  std::vector<std::string> targets;
  for (const Json& line : lines) {
    if (line["body"]["type"] == "gossip") targets.push_back(line["dest"]);
  }
  return targets;
}

TEST_F(Flood, AClientsValueGoesToAllNeighboursAtOnce) {
  const auto lines = core_.send(value_from_client(5));
  EXPECT_EQ(gossip_targets(lines), (std::vector<std::string>{"n1", "n2"}));
  EXPECT_EQ(lines[0]["body"]["messages"], Json({5}));
}

TEST_F(Flood, AValueDoesNotGoBack) {
  EXPECT_EQ(gossip_targets(core_.send(gossip_from("n1", {5}))), std::vector<std::string>{"n2"});
}

TEST_F(Flood, AKnownValueGoesNowhere) {
  core_.send(value_from_client(5));
  EXPECT_TRUE(gossip_targets(core_.send(value_from_client(5))).empty());
  EXPECT_TRUE(gossip_targets(core_.send(gossip_from("n2", {5}))).empty());
}

TEST_F(Flood, NewsOfOneMessageTravelTogether) {
  core_.send(value_from_client(5));
  const auto lines = core_.send(gossip_from("n1", {5, 6, 7}));
  ASSERT_EQ(gossip_targets(lines), std::vector<std::string>{"n2"});
  EXPECT_EQ(lines[0]["body"]["messages"], Json({6, 7}));
}

TEST(FloodAlone, WithoutATopologyEveryoneIsANeighbour) {
  CoreHarness core(GossipOptions{.strategy = "flood"});
  core.initialise({"n0", "n1", "n2"});
  EXPECT_EQ(gossip_targets(core.send(value_from_client(1))),
            (std::vector<std::string>{"n1", "n2"}));
}

}  // namespace
}  // namespace hearsay::test
