#include "tools/experiment/network/topology.h"

namespace hearsay::bench {
namespace {

using Neighbours = std::vector<std::vector<std::size_t>>;

Neighbours make_line(std::size_t count) {
  if (count < 2) return {};
  Neighbours result(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) result[i].push_back(i - 1);
    if (i + 1 < count) result[i].push_back(i + 1);
  }
  return result;
}

// Row by row in the smallest square that holds all nodes; the last rows may be short or missing.
Neighbours make_grid(std::size_t count) {
  std::size_t side = 0;
  while (side * side < count) ++side;
  Neighbours result(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t column = i % side;
    if (i + side < count) result[i].push_back(i + side);
    if (i >= side) result[i].push_back(i - side);
    if (column + 1 < side && i + 1 < count) result[i].push_back(i + 1);
    if (column > 0) result[i].push_back(i - 1);
  }
  return result;
}

// Filled tier by tier, so the children of i are branch * i + 1 and the next ones.
Neighbours make_tree(std::size_t count, std::size_t branch) {
  Neighbours result(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) result[i].push_back((i - 1) / branch);
    for (std::size_t child = branch * i + 1; child <= branch * i + branch && child < count; ++child)
      result[i].push_back(child);
  }
  return result;
}

Neighbours make_total(std::size_t count) {
  Neighbours result(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      if (j != i) result[i].push_back(j);
    }
  }
  return result;
}

}  // namespace

std::optional<Topology> parse_topology(std::string_view name) {
  if (name == "line") return Topology::line;
  if (name == "grid") return Topology::grid;
  if (name == "tree" || name == "tree2") return Topology::tree2;
  if (name == "tree3") return Topology::tree3;
  if (name == "tree4") return Topology::tree4;
  if (name == "total") return Topology::total;
  return std::nullopt;
}

std::vector<std::vector<std::size_t>> make_topology(Topology topology, std::size_t node_count) {
  switch (topology) {
    case Topology::line:
      return make_line(node_count);
    case Topology::grid:
      return make_grid(node_count);
    case Topology::tree2:
      return make_tree(node_count, 2);
    case Topology::tree3:
      return make_tree(node_count, 3);
    case Topology::tree4:
      return make_tree(node_count, 4);
    case Topology::total:
      return make_total(node_count);
  }
  return {};
}

}  // namespace hearsay::bench
