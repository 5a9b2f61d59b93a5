#include "worker/gossip/spread_tree.h"

#include <numeric>
#include <utility>

#include "worker/core/random.h"

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

std::uint64_t draw_stride(std::uint32_t node_count, std::uint64_t seed, std::uint64_t salt) {
  core::Random random(seed, salt);
  while (node_count > 2) {
    const std::uint64_t stride = 1 + random.below(node_count - 1);
    if (std::gcd(stride, std::uint64_t{node_count}) == 1) return stride;
  }
  return 1;
}

std::uint32_t tree_depth(std::uint32_t node_count) {
  std::uint32_t depth = 1;
  while (capacity(kWidestStar, depth, node_count - 1) < node_count - 1) ++depth;
  return depth;
}

SpreadTree::SpreadTree(std::uint32_t node_count, std::uint32_t root, std::uint64_t number)
    : node_count_(node_count),
      root_(root),
      fanout_(smallest_fanout(node_count)),
      stride_(draw_stride(node_count, number, root)) {}

std::uint32_t SpreadTree::rank_at(std::uint32_t place) const {
  return static_cast<std::uint32_t>((root_ + stride_ * place) % node_count_);
}

// stride * place = rank - root modulo the number of nodes: the extended Euclidean algorithm.
std::uint32_t SpreadTree::place_of(std::uint32_t rank) const {
  std::int64_t t = 0;
  std::int64_t next_t = 1;
  std::int64_t r = node_count_;
  std::int64_t next_r = static_cast<std::int64_t>(stride_ % node_count_);
  while (next_r != 0) {
    const std::int64_t quotient = r / next_r;
    t = std::exchange(next_t, t - quotient * next_t);
    r = std::exchange(next_r, r - quotient * next_r);
  }
  const std::uint64_t inverse = static_cast<std::uint64_t>(t < 0 ? t + node_count_ : t);
  const std::uint64_t distance = (std::uint64_t{rank} + node_count_ - root_) % node_count_;
  return static_cast<std::uint32_t>(distance * inverse % node_count_);
}

std::vector<SpreadTree::Child> SpreadTree::children(std::uint32_t place) const {
  std::vector<Child> found;
  const std::uint64_t first = std::uint64_t{place} * fanout_ + 1;
  for (std::uint64_t at = first; at < first + fanout_ && at < node_count_; ++at) {
    const auto child = static_cast<std::uint32_t>(at);
    found.push_back({rank_at(child), child});
  }
  return found;
}

}  // namespace hearsay::gossip
