// The lattice along which the epidemic strategy spreads: a value's origin and all other nodes in a
// few dimensions, every step along one of which reaches all nodes beside.
//
// Seen from the origin the nodes stand around a circle, and the place of a node is a number with
// one digit per dimension: dimension d has `sides[d]` digits and weighs the product of the sides
// before it. Whoever got a value along some dimensions, in whatever order, sends it on along those
// that are left, to the places that differ from its own in that digit only. So each place is
// reached exactly once. All nodes use the same circle and send over the same distances, so values
// of all origins share messages. (Broadcast on a mesh, one dimension after the other: Johnsson and
// Ho, Optimum Broadcasting and Personalized Communication in Hypercubes, 1989.)
#pragma once

#include <cstdint>
#include <vector>

namespace hearsay::gossip {

// A set of dimensions, one bit each.
using Dimensions = std::uint32_t;

class Lattice {
 public:
  // `most_dimensions`: 1 to 31; there are fewer if the nodes don't fill two places in each.
  Lattice(std::uint32_t node_count, std::uint32_t most_dimensions);

  std::uint32_t dimensions() const { return static_cast<std::uint32_t>(sides_.size()); }
  Dimensions all() const { return (Dimensions{1} << dimensions()) - 1; }
  // How far the steps along a dimension go. A node at place p has neighbours only at places p +
  // distance below the number of nodes.
  std::vector<std::uint32_t> distances(std::uint32_t dimension) const;

 private:
  std::uint32_t node_count_;
  std::vector<std::uint32_t> sides_;
};

}  // namespace hearsay::gossip
