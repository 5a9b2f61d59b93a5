// Who stops hearing whom: the partitions of Jepsen's nemesis, and cuts that work one way only.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "tools/experiment/time/random.h"

namespace hearsay::bench {

// deaf[a][b]: node a takes no messages of node b. Square, one row a node.
using Grudge = std::vector<std::vector<bool>>;

enum class PartitionKind {
  one,              // a single node against the rest
  minority_third,   // fewer than a third against the rest
  majority,         // the smaller half against the larger
  majorities_ring,  // every node hears a majority, no two the same one
};

inline constexpr PartitionKind kPartitionKinds[] = {
    PartitionKind::one, PartitionKind::minority_third, PartitionKind::majority,
    PartitionKind::majorities_ring};

// Jepsen's word: "one", "minority-third", "majority", "majorities-ring".
std::string_view name_of(PartitionKind kind);

Grudge make_grudge(PartitionKind kind, std::size_t node_count, Random& random);

// In all of them, of any two nodes at least one hears the other.
enum class OneWayKind {
  mute,   // a single node is heard by nobody
  deaf,   // a single node hears nobody
  half,   // the smaller half is not heard by the larger
  links,  // half of all pairs of nodes, at random: one doesn't hear the other
};

inline constexpr OneWayKind kOneWayKinds[] = {OneWayKind::mute, OneWayKind::deaf, OneWayKind::half,
                                              OneWayKind::links};

// "mute", "deaf", "half", "links".
std::string_view name_of(OneWayKind kind);

Grudge make_grudge(OneWayKind kind, std::size_t node_count, Random& random);

}  // namespace hearsay::bench
