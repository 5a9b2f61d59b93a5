// A graph of transactions: who comes before whom, and why. Immutable once built.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hearsay::bench::elle {

// Why one transaction comes before another, as bits.
using Kinds = std::uint8_t;
inline constexpr Kinds kWw = 1;  // it wrote what the other overwrote
inline constexpr Kinds kWr = 2;  // the other read what it wrote
inline constexpr Kinds kRw = 4;  // the other overwrote what it read
inline constexpr Kinds kProcess = 8;
inline constexpr Kinds kRealtime = 16;
inline constexpr Kinds kAllKinds = kWw | kWr | kRw | kProcess | kRealtime;

struct Edge {
  int from = 0;
  int to = 0;
  Kinds kinds = 0;
};

class Graph {
 public:
  Graph() = default;
  // Edges between the same two are put together.
  Graph(int vertex_count, std::vector<Edge> edges);

  int vertex_count() const { return static_cast<int>(begins_.size()) - 1; }
  bool empty() const { return edges_.empty(); }
  // In the order of their ends.
  std::span<const Edge> out(int vertex) const {
    const auto at = static_cast<std::size_t>(vertex);
    return std::span(edges_).subspan(begins_[at], begins_[at + 1] - begins_[at]);
  }

 private:
  std::vector<Edge> edges_;
  std::vector<std::size_t> begins_ = {0};
};

// Tarjan's strongly connected components of the vertices 0 to vertex_count - 1, single vertices
// too. `next(vertex, i)` is the i-th vertex behind one, or -1 behind the last. Without recursion.
template <typename Next>
std::vector<std::vector<int>> strongly_connected(int vertex_count, Next next) {
  struct Frame {
    int vertex;
    int branch;
  };
  constexpr int kUnseen = -1;
  std::vector<int> index(static_cast<std::size_t>(vertex_count), kUnseen);
  std::vector<int> low(index.size());
  std::vector<bool> on_stack(index.size());
  std::vector<int> stack;
  std::vector<Frame> path;
  std::vector<std::vector<int>> components;
  int count = 0;
  const auto enter = [&](int vertex) {
    const auto at = static_cast<std::size_t>(vertex);
    index[at] = low[at] = count++;
    on_stack[at] = true;
    stack.push_back(vertex);
    path.push_back({vertex, 0});
  };
  const auto leave = [&] {
    const int vertex = path.back().vertex;
    const auto at = static_cast<std::size_t>(vertex);
    path.pop_back();
    if (!path.empty()) {
      int& above = low[static_cast<std::size_t>(path.back().vertex)];
      above = std::min(above, low[at]);
    }
    if (low[at] != index[at]) return;
    std::vector<int>& component = components.emplace_back();
    do {
      component.push_back(stack.back());
      on_stack[static_cast<std::size_t>(stack.back())] = false;
      stack.pop_back();
    } while (component.back() != vertex);
  };
  for (int seed = 0; seed < vertex_count; ++seed) {
    if (index[static_cast<std::size_t>(seed)] != kUnseen) continue;
    enter(seed);
    while (!path.empty()) {
      Frame& frame = path.back();
      const int to = next(frame.vertex, frame.branch++);
      if (to < 0) {
        leave();
      } else if (index[static_cast<std::size_t>(to)] == kUnseen) {
        enter(to);
      } else if (on_stack[static_cast<std::size_t>(to)]) {
        int& here = low[static_cast<std::size_t>(frame.vertex)];
        here = std::min(here, index[static_cast<std::size_t>(to)]);
      }
    }
  }
  return components;
}

// The components of more than one vertex.
std::vector<std::vector<int>> components_of(const Graph& graph);

}  // namespace hearsay::bench::elle
