// The shapes of Maelstrom's broadcast workload: who is told to talk to whom.
//
// Same edges and same order of neighbours as Maelstrom (src/maelstrom/workload/broadcast.clj).
// Nodes are numbers 0..n-1; the caller names them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace hearsay::bench {

enum class Topology { line, grid, tree2, tree3, tree4, total };

// line, grid, tree (= tree2), tree2, tree3, tree4, total.
std::optional<Topology> parse_topology(std::string_view name);

// The neighbours of each node. A line of one node is empty, as Maelstrom's is: the node isn't
// named.
std::vector<std::vector<std::size_t>> make_topology(Topology topology, std::size_t node_count);

}  // namespace hearsay::bench
