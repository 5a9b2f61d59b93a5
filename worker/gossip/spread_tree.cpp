#include "worker/gossip/spread_tree.h"

namespace hearsay::gossip {
namespace {

// How many nodes a tree of this fanout and depth holds beside the root; no more than `enough`.
std::uint64_t capacity(std::uint64_t fanout, std::uint32_t depth, std::uint64_t enough) {
  std::uint64_t level = 1;
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < depth && sum < enough; ++i) {
    level *= fanout;
    sum += level;
  }
  return sum;
}

std::uint32_t smallest_fanout(std::uint32_t node_count) {
  const std::uint64_t others = node_count - 1;
  const std::uint32_t depth = tree_depth(node_count);
  std::uint32_t fanout = 1;
  while (capacity(fanout, depth, others) < others) ++fanout;
  return fanout;
}

}  // namespace

std::uint32_t tree_depth(std::uint32_t node_count) {
  std::uint32_t depth = 1;
  while (capacity(kWidestStar, depth, node_count - 1) < node_count - 1) ++depth;
  return depth;
}

SpreadTree::SpreadTree(std::uint32_t node_count, std::uint32_t root, std::uint64_t number)
    : circle_(node_count, number, root), root_(root), fanout_(smallest_fanout(node_count)) {}

std::vector<SpreadTree::Child> SpreadTree::children(std::uint32_t place) const {
  std::vector<Child> found;
  const std::uint64_t first = std::uint64_t{place} * fanout_ + 1;
  for (std::uint64_t at = first; at < first + fanout_ && at < circle_.node_count(); ++at) {
    const auto child = static_cast<std::uint32_t>(at);
    found.push_back({rank_at(child), child});
  }
  return found;
}

}  // namespace hearsay::gossip
