#include "tools/cluster/initiation.h"

#include <gtest/gtest.h>

#include <string>

#include "tools/cluster/presence.h"

namespace hearsay::cluster {
namespace {

using State = Initiation::State;

bench::Envelope said(std::string_view dest, std::string_view type) {
  return {"n0", dest, R"({"type":"error","code":10})", type, ""};
}

Roster three_nodes() {
  return make_roster({"n0", "n1", "n2"}, bench::Topology::line);
}

TEST(Initiation, BeginsWithInitThenTellsTheTopology) {
  Initiation initiation("n0");
  const auto step = initiation.begin(three_nodes());
  EXPECT_EQ(step.wrong, "");
  ASSERT_EQ(step.lines.size(), 1U);
  const auto init = nlohmann::json::parse(step.lines[0]);
  EXPECT_EQ(init["src"], kAsker);
  EXPECT_EQ(init["dest"], "n0");
  EXPECT_EQ(init["body"]["type"], "init");
  EXPECT_EQ(init["body"]["node_id"], "n0");
  EXPECT_EQ(init["body"]["node_ids"], nlohmann::json({"n0", "n1", "n2"}));
  EXPECT_EQ(initiation.state(), State::asked);

  const auto heard = initiation.take_output(said(kAsker, "init_ok"));
  EXPECT_TRUE(heard.ours);
  EXPECT_EQ(initiation.state(), State::ready);
  ASSERT_EQ(heard.lines.size(), 1U);
  const auto topology = nlohmann::json::parse(heard.lines[0]);
  EXPECT_EQ(topology["body"]["topology"]["n1"], nlohmann::json({"n0", "n2"}));

  EXPECT_TRUE(initiation.take_output(said(kAsker, "topology_ok")).ours);
  EXPECT_FALSE(initiation.take_output(said("c1", "read_ok")).ours);
}

TEST(Initiation, WithoutATopologyTellsNone) {
  Initiation initiation("n0");
  initiation.begin(make_roster({"n0"}, std::nullopt));
  EXPECT_TRUE(initiation.take_output(said(kAsker, "init_ok")).lines.empty());
  EXPECT_EQ(initiation.state(), State::ready);
}

TEST(Initiation, TheSameAgainChangesNothing) {
  Initiation initiation("n0");
  initiation.begin(three_nodes());
  const auto again = initiation.begin(three_nodes());
  EXPECT_EQ(again.wrong, "");
  EXPECT_TRUE(again.lines.empty());
}

TEST(Initiation, OtherNodesAreRefused) {
  Initiation initiation("n0");
  initiation.begin(three_nodes());
  const auto other = initiation.begin(make_roster({"n0", "n1"}, std::nullopt));
  EXPECT_NE(other.wrong, "");
  EXPECT_TRUE(other.lines.empty());
  EXPECT_EQ(initiation.roster(), three_nodes());
}

TEST(Initiation, AListWithoutTheNodeIsRefused) {
  Initiation initiation("n9");
  EXPECT_NE(initiation.begin(three_nodes()).wrong, "");
  EXPECT_EQ(initiation.state(), State::waiting);
}

TEST(Initiation, ARefusalIsKeptWithItsWords) {
  Initiation initiation("n0");
  initiation.begin(three_nodes());
  EXPECT_TRUE(initiation.take_output(said(kAsker, "error")).ours);
  EXPECT_EQ(initiation.state(), State::refused);
  EXPECT_NE(initiation.refusal().find("code"), std::string::npos);
  EXPECT_NE(initiation.begin(three_nodes()).wrong, "");
}

TEST(Initiation, AnInitByLineIsHandedOnOnce) {
  Initiation initiation("n0");
  EXPECT_TRUE(initiation.take_init_line());
  EXPECT_FALSE(initiation.take_init_line());
  const auto heard = initiation.take_output(said("c1", "init_ok"));
  EXPECT_FALSE(heard.ours);  // whoever asked gets it
  EXPECT_EQ(initiation.state(), State::ready);
  EXPECT_FALSE(initiation.roster());
  EXPECT_NE(initiation.begin(three_nodes()).wrong, "");
}

TEST(Initiation, AnInitOkForOthersIsNotOurs) {
  Initiation initiation("n0");
  initiation.begin(three_nodes());
  EXPECT_FALSE(initiation.take_output(said("c1", "init_ok")).ours);
  EXPECT_EQ(initiation.state(), State::asked);
}

TEST(Roster, IsReadAgain) {
  EXPECT_EQ(roster_from(to_json(three_nodes())), three_nodes());
}

TEST(Roster, ByAStrangerIsNone) {
  for (const char* text : {"7", "{}", R"({"nodes":[]})", R"({"nodes":[7]})", R"({"nodes":["a.b"]})",
                           R"({"nodes":["n0"],"neighbours":{"n0":["*"]}})",
                           R"({"nodes":["n0"],"neighbours":{"n0":7}})"}) {
    EXPECT_FALSE(roster_from(nlohmann::json::parse(text))) << text;
  }
}

TEST(Presence, IsReadAgain) {
  Presence presence;
  presence.node = "n0";
  presence.since_ns = 7;
  presence.dropped["node-slow"] = 3;
  const auto again = presence_from(to_json(presence).dump());
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(presence));
  EXPECT_EQ(again->dropped_in_all(), 3U);
}

TEST(Presence, ByAStrangerIsNone) {
  for (const char* text : {"", "7", "{}", R"({"node":7})"}) EXPECT_FALSE(presence_from(text));
}

// Both must come to the same end, or none or both would go.
TEST(Presence, OfTwoOfOneNameExactlyOneGivesWay) {
  Presence first;
  Presence second;
  first.since_ns = 1;
  second.since_ns = 2;
  EXPECT_TRUE(second.gives_way_to(first));
  EXPECT_FALSE(first.gives_way_to(second));
  second.since_ns = 1;
  first.instance = "a";
  second.instance = "b";
  EXPECT_TRUE(second.gives_way_to(first));
  EXPECT_FALSE(first.gives_way_to(second));
}

}  // namespace
}  // namespace hearsay::cluster
