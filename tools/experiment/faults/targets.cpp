#include "tools/experiment/faults/targets.h"

#include <algorithm>
#include <numeric>

namespace hearsay::bench {
namespace {

std::size_t size_of(TargetKind kind, std::size_t node_count, Random& random) {
  switch (kind) {
    case TargetKind::subset:
      return 1 + random.below(node_count);
    case TargetKind::one:
      return 1;
    case TargetKind::minority_third:
      return (node_count - 1) / 3;
    case TargetKind::minority:
      return (node_count - 1) / 2;
    case TargetKind::majority:
      return node_count / 2 + 1;
    case TargetKind::all:
      return node_count;
  }
  return 1;
}

}  // namespace

std::string_view name_of(TargetKind kind) {
  switch (kind) {
    case TargetKind::subset:
      return "subset";
    case TargetKind::one:
      return "one";
    case TargetKind::minority_third:
      return "minority-third";
    case TargetKind::minority:
      return "minority";
    case TargetKind::majority:
      return "majority";
    case TargetKind::all:
      return "all";
  }
  return "";
}

std::vector<std::size_t> choose_targets(TargetKind kind, std::size_t node_count, Random& random) {
  std::vector<std::size_t> nodes(node_count);
  std::iota(nodes.begin(), nodes.end(), std::size_t{0});
  random.shuffle(nodes);
  nodes.resize(std::max<std::size_t>(1, size_of(kind, node_count, random)));
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

}  // namespace hearsay::bench
