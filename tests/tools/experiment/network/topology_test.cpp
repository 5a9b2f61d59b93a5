#include "tools/experiment/network/topology.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tools/experiment/clients/workload.h"

namespace hearsay::bench {
namespace {

nlohmann::json told(Topology topology, std::size_t count) {
  std::vector<std::string> nodes;
  for (std::size_t i = 0; i < count; ++i) nodes.push_back(fmt::format("n{}", i));
  return make_broadcast({topology, nodes})->setup_body(0).at("topology");
}

// What the real Maelstrom sent, transcripts/broadcast-5-partition/n0.jsonl.
TEST(Topology, Tree4OfFiveIsAsRecorded) {
  EXPECT_EQ(told(Topology::tree4, 5), nlohmann::json::parse(R"({
    "n0":["n1","n2","n3","n4"],"n1":["n0"],"n2":["n0"],"n3":["n0"],"n4":["n0"]})"));
}

// transcripts/broadcast-1/n0.jsonl.
TEST(Topology, GridOfOneIsAsRecorded) {
  EXPECT_EQ(told(Topology::grid, 1), nlohmann::json::parse(R"({"n0":[]})"));
}

TEST(Topology, GridIsASquareWhoseLastRowMayBeShort) {
  // 0 1 2
  // 3 4
  EXPECT_EQ(told(Topology::grid, 5), nlohmann::json::parse(R"({
    "n0":["n3","n1"],"n1":["n4","n2","n0"],"n2":["n1"],"n3":["n0","n4"],"n4":["n1","n3"]})"));
}

TEST(Topology, GridOfTwentyFiveHasEightyDirectedEdges) {
  std::size_t edges = 0;
  for (const auto& neighbours : make_topology(Topology::grid, 25)) edges += neighbours.size();
  EXPECT_EQ(edges, 80U);  // flood: 80 less 24 first arrivals are the recorded 56 messages a value
}

TEST(Topology, LineKnowsLeftAndRight) {
  EXPECT_EQ(told(Topology::line, 3),
            nlohmann::json::parse(R"({"n0":["n1"],"n1":["n0","n2"],"n2":["n1"]})"));
  EXPECT_EQ(told(Topology::line, 1), nlohmann::json::object());
}

TEST(Topology, TreesFillTierByTier) {
  EXPECT_EQ(told(Topology::tree2, 6), nlohmann::json::parse(R"({
    "n0":["n1","n2"],"n1":["n0","n3","n4"],"n2":["n0","n5"],"n3":["n1"],"n4":["n1"],"n5":["n2"]})"));
  EXPECT_EQ(told(Topology::tree3, 6), nlohmann::json::parse(R"({
    "n0":["n1","n2","n3"],"n1":["n0","n4","n5"],"n2":["n0"],"n3":["n0"],"n4":["n1"],"n5":["n1"]})"));
  EXPECT_EQ(parse_topology("tree"), Topology::tree2);
}

TEST(Topology, TotalIsEverybodyElse) {
  EXPECT_EQ(told(Topology::total, 3),
            nlohmann::json::parse(R"({"n0":["n1","n2"],"n1":["n0","n2"],"n2":["n0","n1"]})"));
}

TEST(Topology, EdgesGoBothWays) {
  for (const auto topology : {Topology::line, Topology::grid, Topology::tree2, Topology::tree3,
                              Topology::tree4, Topology::total}) {
    for (std::size_t count = 2; count < 30; ++count) {
      const auto neighbours = make_topology(topology, count);
      for (std::size_t a = 0; a < count; ++a) {
        for (const std::size_t b : neighbours[a]) {
          EXPECT_NE(std::find(neighbours[b].begin(), neighbours[b].end(), a), neighbours[b].end());
        }
      }
    }
  }
}

TEST(Topology, OneNodeInALineIsToldOfNobodyNotEvenItself) {
  EXPECT_EQ(told(Topology::line, 1), nlohmann::json::object());
  EXPECT_EQ(told(Topology::grid, 1).dump(), R"({"n0":[]})");
}

// A cluster so large that the whole would be most of what is sent.
TEST(Topology, EachOfVeryManyIsToldItsOwnNeighbours) {
  std::vector<std::string> nodes;
  for (std::size_t i = 0; i < 2001; ++i) nodes.push_back(fmt::format("n{}", i));
  const auto workload = make_broadcast({Topology::line, nodes});
  EXPECT_FALSE(workload->has_one_setup());
  EXPECT_EQ(workload->setup_body(0).at("topology"), nlohmann::json::parse(R"({"n0":["n1"]})"));
  EXPECT_EQ(workload->setup_body(9).at("topology"),
            nlohmann::json::parse(R"({"n9":["n8","n10"]})"));
  nodes.pop_back();
  const auto smaller = make_broadcast({Topology::line, nodes});
  EXPECT_TRUE(smaller->has_one_setup());
  EXPECT_EQ(smaller->setup_body(0).at("topology").size(), 2000U);
}

}  // namespace
}  // namespace hearsay::bench
