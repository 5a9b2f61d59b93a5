// One strongly connected component by itself, and the parts of it in which cycles are searched.
//
// Its vertices are numbered in the order of their keys in Elle's map (order.h), so that what is
// sorted by number can be put into Elle's order. Immutable; not thread-safe where it says so.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "tools/experiment/verdict/elle/graph.h"

namespace hearsay::bench::elle {

class Component {
 public:
  // `keys`: the key in Elle's map of each vertex of `graph`.
  Component(const Graph& graph, std::vector<int> vertices, const std::vector<std::uint64_t>& keys);

  int size() const { return static_cast<int>(vertices_.size()); }
  const Graph& graph() const { return graph_; }
  const std::vector<std::uint64_t>& keys() const { return keys_; }
  // The vertex of the whole graph.
  int whole(int vertex) const { return vertices_[static_cast<std::size_t>(vertex)]; }

 private:
  std::vector<int> vertices_;
  std::vector<std::uint64_t> keys_;
  Graph graph_;
};

// The component's edges of some kinds, in Elle's order. It orders what it is asked for: not
// thread-safe.
class SearchGraph {
 public:
  SearchGraph(const Component& component, Kinds kinds);

  // Only the edges between these.
  SearchGraph between(std::vector<int> vertices) const;

  // Those that have an edge.
  std::vector<int> vertices() const;
  std::span<const Edge> out(int vertex);

 private:
  const Component* component_;
  Kinds kinds_;
  bool whole_ = true;
  std::vector<int> only_;  // sorted; unless whole_
  std::unordered_map<int, std::vector<Edge>> out_;
};

}  // namespace hearsay::bench::elle
