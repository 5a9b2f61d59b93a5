// The tree along which a batch spreads: from one root to all nodes, the load shared.
//
// Seen from the root, the node at place j is j steps on around a circle (circle.h); the root is at
// place 0, and place j sends to the places j*fanout+1 .. j*fanout+fanout. Up to kWidestStar+1 nodes
// the root sends to all. In larger clusters the fanout is the smallest that keeps the depth, and
// the circle changes with `number`, so that each batch has other inner nodes: one that is dead
// costs its branch one batch, not all of them. Everyone can work out everyone's place; nothing is
// stored. (Idea of many trees over the same nodes: SplitStream, Castro et al., SOSP 2003.)
#pragma once

#include <cstdint>
#include <vector>

#include "worker/gossip/circle.h"

namespace hearsay::gossip {

inline constexpr std::uint32_t kWidestStar = 128;

// Steps from the root to the farthest node; at least 1.
std::uint32_t tree_depth(std::uint32_t node_count);

class SpreadTree {
 public:
  // root < node_count.
  SpreadTree(std::uint32_t node_count, std::uint32_t root, std::uint64_t number);

  // The ranks of the nodes to which the node at `place` sends; the root is at place 0.
  struct Child {
    std::uint32_t rank;
    std::uint32_t place;
  };
  std::vector<Child> children(std::uint32_t place) const;
  std::uint32_t place_of(std::uint32_t rank) const { return circle_.steps(root_, rank); }
  std::uint32_t rank_at(std::uint32_t place) const { return circle_.node_after(root_, place); }
  // The rank of the node that sends to the node at `place`, which isn't the root's.
  std::uint32_t parent(std::uint32_t place) const { return rank_at((place - 1) / fanout_); }

 private:
  Circle circle_;
  std::uint32_t root_;
  std::uint32_t fanout_;
};

}  // namespace hearsay::gossip
