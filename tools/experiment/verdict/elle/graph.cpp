#include "tools/experiment/verdict/elle/graph.h"

#include <algorithm>
#include <tuple>

#include "tools/experiment/verdict/components.h"

namespace hearsay::bench::elle {

Graph::Graph(int vertex_count, std::vector<Edge> edges) : is_empty_(edges.empty()) {
  std::erase_if(edges, [](const Edge& edge) { return edge.kinds == 0; });
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.from, a.to) < std::tie(b.from, b.to);
  });
  begins_.assign(static_cast<std::size_t>(vertex_count) + 1, 0);
  for (const Edge& edge : edges) {
    if (!edges_.empty() && edges_.back().from == edge.from && edges_.back().to == edge.to) {
      edges_.back().kinds |= edge.kinds;
      continue;
    }
    edges_.push_back(edge);
    begins_[static_cast<std::size_t>(edge.from) + 1] = edges_.size();
  }
  // Vertices without edges begin where the one before them ends.
  for (std::size_t i = 1; i < begins_.size(); ++i)
    begins_[i] = std::max(begins_[i], begins_[i - 1]);
}

std::vector<std::vector<int>> components_of(const Graph& graph) {
  auto components = strongly_connected(graph.vertex_count(), [&graph](int vertex, int i) {
    const auto out = graph.out(vertex);
    return static_cast<std::size_t>(i) < out.size() ? out[static_cast<std::size_t>(i)].to : -1;
  });
  std::erase_if(components, [](const std::vector<int>& one) { return one.size() < 2; });
  return components;
}

}  // namespace hearsay::bench::elle
