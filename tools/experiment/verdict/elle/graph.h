// A graph of transactions: who comes before whom, and why. Immutable once built.
#pragma once

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
  Kinds kinds = 0;  // 0: no edge, but its ends are vertices
};

class Graph {
 public:
  Graph() = default;
  // Edges between the same two are put together.
  Graph(int vertex_count, std::vector<Edge> edges);

  int vertex_count() const { return static_cast<int>(begins_.size()) - 1; }
  // Without a vertex, as Elle counts them: only edges make some, also such as it takes away again.
  bool empty() const { return is_empty_; }
  // In the order of their ends.
  std::span<const Edge> out(int vertex) const {
    const auto at = static_cast<std::size_t>(vertex);
    return std::span(edges_).subspan(begins_[at], begins_[at + 1] - begins_[at]);
  }

 private:
  std::vector<Edge> edges_;
  std::vector<std::size_t> begins_ = {0};
  bool is_empty_ = true;
};

// The components of more than one vertex.
std::vector<std::vector<int>> components_of(const Graph& graph);

}  // namespace hearsay::bench::elle
