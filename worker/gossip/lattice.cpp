#include "worker/gossip/lattice.h"

#include <algorithm>

namespace hearsay::gossip {
namespace {

std::uint64_t places(const std::vector<std::uint32_t>& sides, std::size_t count) {
  std::uint64_t product = 1;
  for (std::size_t i = 0; i < count; ++i) product *= sides[i];
  return product;
}

}  // namespace

Lattice::Lattice(std::uint32_t node_count, std::uint32_t most_dimensions)
    : node_count_(node_count) {
  while (sides_.size() < most_dimensions && (std::uint64_t{1} << sides_.size()) < node_count) {
    sides_.push_back(2);
  }
  // The shortest first, so that all become about as long.
  while (places(sides_, sides_.size()) < node_count) {
    ++*std::min_element(sides_.begin(), sides_.end());
  }
}

std::vector<std::uint32_t> Lattice::distances(std::uint32_t dimension) const {
  const std::uint64_t weight = places(sides_, dimension);
  std::vector<std::uint32_t> found;
  for (std::uint64_t digit = 1; digit < sides_[dimension]; ++digit) {
    const std::uint64_t distance = digit * weight;
    if (distance < node_count_) found.push_back(static_cast<std::uint32_t>(distance));
  }
  return found;
}

}  // namespace hearsay::gossip
