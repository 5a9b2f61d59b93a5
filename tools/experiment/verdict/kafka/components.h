// Strongly connected components of a graph, by Tarjan's algorithm (1972), without recursion.
#pragma once

#include <cstdint>
#include <vector>

namespace hearsay::bench::kafka {

using Vertex = std::uint32_t;
using Edges = std::vector<std::vector<Vertex>>;  // by vertex, to whom

// The components with more than one vertex. `within`: only these vertices and the edges between
// them; empty: all. No edge leads from a vertex to itself.
std::vector<std::vector<Vertex>> find_knots(const Edges& edges, const std::vector<Vertex>& within);

}  // namespace hearsay::bench::kafka
