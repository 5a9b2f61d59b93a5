// The tree along which a batch spreads: from one root to all nodes, the load shared.
//
// The nodes stand in a circle by rank. Seen from the root, node number j is `stride` * j steps on;
// node 0 is the root, and node j sends to the nodes j*fanout+1 .. j*fanout+fanout. Up to
// kWidestStar+1 nodes the root sends to all. In larger clusters the fanout is the smallest that
// keeps the depth, and the stride changes with `number`, so that each batch has other inner nodes:
// one that is dead costs its branch one batch, not all of them. Everyone can work out everyone's
// place; nothing is stored. (Idea of many trees over the same nodes: SplitStream, Castro et al.,
// SOSP 2003.)
#pragma once

#include <cstdint>
#include <vector>

namespace hearsay::gossip {

inline constexpr std::uint32_t kWidestStar = 128;

// Steps from the root to the farthest node; at least 1.
std::uint32_t tree_depth(std::uint32_t node_count);

// A stride by which steps around a circle of nodes reach every one of them, drawn by hash of two
// numbers; every node draws the same.
std::uint64_t draw_stride(std::uint32_t node_count, std::uint64_t seed, std::uint64_t salt);

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
  std::uint32_t place_of(std::uint32_t rank) const;
  std::uint32_t rank_at(std::uint32_t place) const;
  // The rank of the node that sends to the node at `place`, which isn't the root's.
  std::uint32_t parent(std::uint32_t place) const { return rank_at((place - 1) / fanout_); }

 private:
  std::uint32_t node_count_;
  std::uint32_t root_;
  std::uint32_t fanout_;
  std::uint64_t stride_;
};

}  // namespace hearsay::gossip
