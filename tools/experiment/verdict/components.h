// Strongly connected components of a graph, by Tarjan's algorithm (Depth-first search and linear
// graph algorithms, 1972), without recursion. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hearsay::bench {

// The components of the vertices 0 to vertex_count - 1, single vertices too; in each the one that
// was reached last comes first. `next(vertex, i)` is the i-th vertex behind one, or -1 behind the
// last. Without recursion.
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

}  // namespace hearsay::bench
