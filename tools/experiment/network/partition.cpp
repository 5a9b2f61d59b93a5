#include "tools/experiment/network/partition.h"

#include <algorithm>
#include <numeric>

namespace hearsay::bench {
namespace {

std::vector<std::size_t> shuffled_nodes(std::size_t count, Random& random) {
  std::vector<std::size_t> nodes(count);
  std::iota(nodes.begin(), nodes.end(), std::size_t{0});
  random.shuffle(nodes);
  return nodes;
}

std::vector<bool> random_group(std::size_t count, std::size_t size, Random& random) {
  const std::vector<std::size_t> nodes = shuffled_nodes(count, random);
  std::vector<bool> inside(count, false);
  for (std::size_t i = 0; i < size; ++i) inside[nodes[i]] = true;
  return inside;
}

// A random group of `size` against the others.
Grudge split(std::size_t count, std::size_t size, Random& random) {
  const std::vector<bool> inside = random_group(count, size, random);
  Grudge grudge(count, std::vector<bool>(count, false));
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) grudge[a][b] = inside[a] != inside[b];
  }
  return grudge;
}

// Nodes in a random ring; each hears the majority that is centred on it. Exact up to five nodes.
Grudge perfect_ring(std::size_t count, Random& random) {
  const std::vector<std::size_t> ring = shuffled_nodes(count, random);
  const std::size_t majority = count / 2 + 1;
  Grudge grudge(count, std::vector<bool>(count, true));
  for (std::size_t first = 0; first < count; ++first) {
    const std::size_t centre = ring[(first + majority / 2) % count];
    for (std::size_t i = 0; i < majority; ++i) grudge[centre][ring[(first + i) % count]] = false;
  }
  return grudge;
}

// For more nodes: link a least connected node with the least connected one that it doesn't know
// yet, until every node knows a majority.
Grudge stochastic_ring(std::size_t count, Random& random) {
  const std::size_t majority = count / 2 + 1;
  Grudge grudge(count, std::vector<bool>(count, true));
  std::vector<std::size_t> degree(count, 1);
  for (std::size_t i = 0; i < count; ++i) grudge[i][i] = false;
  for (;;) {
    std::vector<std::size_t> order = shuffled_nodes(count, random);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return degree[a] < degree[b]; });
    const std::size_t a = order.front();
    if (degree[a] >= majority) return grudge;
    const auto b =
        std::find_if(order.begin(), order.end(), [&](std::size_t node) { return grudge[a][node]; });
    grudge[a][*b] = false;
    grudge[*b][a] = false;
    ++degree[a];
    ++degree[*b];
  }
}

// A random group of `size` isn't heard by the others, or doesn't hear them.
Grudge one_way_split(std::size_t count, std::size_t size, bool group_is_deaf, Random& random) {
  const std::vector<bool> inside = random_group(count, size, random);
  Grudge grudge(count, std::vector<bool>(count, false));
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) {
      grudge[a][b] = inside[a] == group_is_deaf && inside[b] != group_is_deaf;
    }
  }
  return grudge;
}

Grudge one_way_links(std::size_t count, Random& random) {
  Grudge grudge(count, std::vector<bool>(count, false));
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = a + 1; b < count; ++b) {
      const std::uint64_t drawn = random.below(4);
      if (drawn == 0) grudge[a][b] = true;
      if (drawn == 1) grudge[b][a] = true;
    }
  }
  return grudge;
}

}  // namespace

std::string_view name_of(PartitionKind kind) {
  switch (kind) {
    case PartitionKind::one:
      return "one";
    case PartitionKind::minority_third:
      return "minority-third";
    case PartitionKind::majority:
      return "majority";
    case PartitionKind::majorities_ring:
      return "majorities-ring";
  }
  return "";
}

Grudge make_grudge(PartitionKind kind, std::size_t node_count, Random& random) {
  switch (kind) {
    case PartitionKind::one:
      return split(node_count, 1, random);
    case PartitionKind::minority_third:
      return split(node_count, (node_count - 1) / 3, random);
    case PartitionKind::majority:
      return split(node_count, node_count / 2, random);
    case PartitionKind::majorities_ring:
      return node_count <= 5 ? perfect_ring(node_count, random)
                             : stochastic_ring(node_count, random);
  }
  return {};
}

std::string_view name_of(OneWayKind kind) {
  switch (kind) {
    case OneWayKind::mute:
      return "mute";
    case OneWayKind::deaf:
      return "deaf";
    case OneWayKind::half:
      return "half";
    case OneWayKind::links:
      return "links";
  }
  return "";
}

Grudge make_grudge(OneWayKind kind, std::size_t node_count, Random& random) {
  switch (kind) {
    case OneWayKind::mute:
      return one_way_split(node_count, 1, false, random);
    case OneWayKind::deaf:
      return one_way_split(node_count, 1, true, random);
    case OneWayKind::half:
      return one_way_split(node_count, node_count / 2, false, random);
    case OneWayKind::links:
      return one_way_links(node_count, random);
  }
  return {};
}

}  // namespace hearsay::bench
