#include "worker/gossip/spread_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace hearsay::gossip {
namespace {

struct Reached {
  std::vector<int> times;  // by rank
  std::uint32_t depth = 0;
  std::size_t widest = 0;  // the most children of a node
};

// Follows the tree from its root as the messages do.
Reached walk(std::uint32_t nodes, const SpreadTree& tree, std::uint32_t root) {
  Reached reached{std::vector<int>(nodes), 0, 0};
  std::vector<SpreadTree::Child> level{{root, 0}};
  for (std::uint32_t depth = 0; !level.empty(); ++depth) {
    std::vector<SpreadTree::Child> next;
    for (const SpreadTree::Child& node : level) {
      ++reached.times.at(node.rank);
      reached.depth = depth;
      const auto children = tree.children(node.place);
      reached.widest = std::max(reached.widest, children.size());
      for (const auto& child : children) EXPECT_EQ(tree.parent(child.place), node.rank);
      next.insert(next.end(), children.begin(), children.end());
    }
    level = std::move(next);
  }
  return reached;
}

void expect_all_once(std::uint32_t nodes, std::uint32_t root, std::uint64_t number) {
  const SpreadTree tree(nodes, root, number);
  const Reached reached = walk(nodes, tree, root);
  EXPECT_EQ(reached.times, std::vector<int>(nodes, 1)) << nodes << " nodes, root " << root;
  EXPECT_LE(reached.depth, tree_depth(nodes)) << nodes;
  EXPECT_LE(reached.widest, kWidestStar) << nodes;
  if (nodes > 1) {
    EXPECT_EQ(reached.depth, tree_depth(nodes)) << nodes;
  }
}

TEST(SpreadTree, ReachesEveryNodeOnce) {
  for (std::uint32_t nodes = 1; nodes <= 300; ++nodes) {
    for (const std::uint32_t root : {0U, nodes / 3, nodes - 1}) {
      for (const std::uint64_t number : {1U, 2U, 77U}) expect_all_once(nodes, root, number);
    }
  }
}

TEST(SpreadTree, ReachesEveryNodeOfLargeClusters) {
  for (const std::uint32_t nodes : {1'000U, 9'973U, 10'000U, 16'513U, 16'514U, 34'000U}) {
    expect_all_once(nodes, nodes - 2, 5);
  }
}

TEST(SpreadTree, PlaceOfIsTheInverseOfRankAt) {
  for (const std::uint32_t nodes : {1U, 2U, 3U, 6U, 25U, 33U, 34U, 128U, 9'973U, 10'000U}) {
    const SpreadTree tree(nodes, nodes / 2, 12);
    EXPECT_EQ(tree.rank_at(0), nodes / 2);
    for (std::uint32_t place = 0; place < nodes; ++place) {
      ASSERT_EQ(tree.place_of(tree.rank_at(place)), place) << nodes;
    }
  }
}

TEST(SpreadTree, DepthGrowsWithTheLogarithm) {
  EXPECT_EQ(tree_depth(1), 1U);
  EXPECT_EQ(tree_depth(2), 1U);
  EXPECT_EQ(tree_depth(kWidestStar + 1), 1U);
  EXPECT_EQ(tree_depth(kWidestStar + 2), 2U);
  EXPECT_EQ(tree_depth(1 + kWidestStar + kWidestStar * kWidestStar), 2U);
  EXPECT_EQ(tree_depth(2 + kWidestStar + kWidestStar * kWidestStar), 3U);
}

TEST(SpreadTree, BatchesHaveOtherInnerNodes) {
  constexpr std::uint32_t kNodes = 1'000;
  std::set<std::uint32_t> inner;
  for (std::uint64_t number = 1; number <= 20; ++number) {
    for (const auto& child : SpreadTree(kNodes, 0, number).children(0)) inner.insert(child.rank);
  }
  EXPECT_GT(inner.size(), 300U);
}

TEST(SpreadTree, APlaceBeyondTheTreeHasNoChildren) {
  EXPECT_TRUE(SpreadTree(100, 0, 1).children(100).empty());
  EXPECT_TRUE(SpreadTree(100, 0, 1).children(~0U).empty());
}

}  // namespace
}  // namespace hearsay::gossip
