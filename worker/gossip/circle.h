// All nodes around a circle, one step being `stride` ranks on. The stride is drawn by hash of two
// numbers, so that whoever has these numbers works out the same circle and nothing is stored.
#pragma once

#include <cstdint>

namespace hearsay::gossip {

class Circle {
 public:
  // node_count is at least 1.
  Circle(std::uint32_t node_count, std::uint64_t seed, std::uint64_t salt);

  std::uint32_t node_count() const { return node_count_; }
  // The node so many steps on from another; both by rank.
  std::uint32_t node_after(std::uint32_t from, std::uint64_t steps) const;
  // Steps from one to the other, below node_count.
  std::uint32_t steps(std::uint32_t from, std::uint32_t to) const;

 private:
  std::uint32_t node_count_;
  std::uint64_t stride_;
  std::uint64_t inverse_;  // stride * inverse = 1 modulo the number of nodes
};

}  // namespace hearsay::gossip
