#include "tools/experiment/verdict/elle/component.h"

#include <utility>

#include "tools/experiment/verdict/elle/order.h"

namespace hearsay::bench::elle {

Component::Component(const Graph& graph, std::vector<int> vertices,
                     const std::vector<std::uint64_t>& keys)
    : vertices_(std::move(vertices)) {
  const auto key_of = [&keys](int vertex) { return keys[static_cast<std::size_t>(vertex)]; };
  std::sort(vertices_.begin(), vertices_.end(),
            [&](int a, int b) { return std::pair(key_of(a), a) < std::pair(key_of(b), b); });
  std::unordered_map<int, int> numbers;
  for (const int vertex : vertices_) {
    numbers.emplace(vertex, static_cast<int>(numbers.size()));
    keys_.push_back(key_of(vertex));
  }
  std::vector<Edge> edges;
  for (int from = 0; from < size(); ++from) {
    for (const Edge& edge : graph.out(whole(from))) {
      const auto to = numbers.find(edge.to);
      if (to != numbers.end()) edges.push_back({from, to->second, edge.kinds});
    }
  }
  graph_ = Graph(size(), std::move(edges));
}

SearchGraph::SearchGraph(const Component& component, Kinds kinds)
    : component_(&component), kinds_(kinds) {}

SearchGraph SearchGraph::between(std::vector<int> vertices) const {
  SearchGraph part(*component_, kinds_);
  std::sort(vertices.begin(), vertices.end());
  part.whole_ = false;
  part.only_ = std::move(vertices);
  return part;
}

std::vector<int> SearchGraph::vertices() const {
  std::vector<bool> used(static_cast<std::size_t>(component_->size()));
  for (int vertex = 0; vertex < component_->size(); ++vertex) {
    for (const Edge& edge : component_->graph().out(vertex)) {
      if ((edge.kinds & kinds_) == 0) continue;
      used[static_cast<std::size_t>(vertex)] = true;
      used[static_cast<std::size_t>(edge.to)] = true;
    }
  }
  std::vector<int> found;
  for (int vertex = 0; vertex < component_->size(); ++vertex) {
    if (used[static_cast<std::size_t>(vertex)]) found.push_back(vertex);
  }
  order_as_map(found, component_->keys());
  return found;
}

std::span<const Edge> SearchGraph::out(int vertex) {
  const auto [found, added] = out_.try_emplace(vertex);
  std::vector<Edge>& edges = found->second;
  if (!added) return edges;
  std::vector<int> ends;
  std::unordered_map<int, Kinds> kinds;
  for (const Edge& edge : component_->graph().out(vertex)) {
    const auto some = static_cast<Kinds>(edge.kinds & kinds_);
    if (some == 0) continue;
    if (!whole_ && !std::binary_search(only_.begin(), only_.end(), edge.to)) continue;
    ends.push_back(edge.to);
    kinds.emplace(edge.to, some);
  }
  order_as_map(ends, component_->keys());
  for (const int end : ends) edges.push_back({vertex, end, kinds.at(end)});
  return edges;
}

}  // namespace hearsay::bench::elle
