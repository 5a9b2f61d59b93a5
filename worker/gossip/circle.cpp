#include "worker/gossip/circle.h"

#include <numeric>
#include <utility>

#include "worker/core/random.h"

namespace hearsay::gossip {
namespace {

// A stride with which every node is reached.
std::uint64_t draw_stride(std::uint32_t node_count, std::uint64_t seed, std::uint64_t salt) {
  core::Random random(seed, salt);
  while (node_count > 2) {
    const std::uint64_t stride = 1 + random.below(node_count - 1);
    if (std::gcd(stride, std::uint64_t{node_count}) == 1) return stride;
  }
  return 1;
}

// The extended Euclidean algorithm.
std::uint64_t invert(std::uint64_t stride, std::uint32_t modulus) {
  std::int64_t t = 0;
  std::int64_t next_t = 1;
  std::int64_t r = modulus;
  auto next_r = static_cast<std::int64_t>(stride % modulus);
  while (next_r != 0) {
    const std::int64_t quotient = r / next_r;
    t = std::exchange(next_t, t - quotient * next_t);
    r = std::exchange(next_r, r - quotient * next_r);
  }
  return static_cast<std::uint64_t>(t < 0 ? t + modulus : t);
}

}  // namespace

Circle::Circle(std::uint32_t node_count, std::uint64_t seed, std::uint64_t salt)
    : node_count_(node_count),
      stride_(draw_stride(node_count, seed, salt)),
      inverse_(invert(stride_, node_count)) {}

std::uint32_t Circle::node_after(std::uint32_t from, std::uint64_t steps) const {
  return static_cast<std::uint32_t>((from + stride_ * (steps % node_count_)) % node_count_);
}

std::uint32_t Circle::steps(std::uint32_t from, std::uint32_t to) const {
  const std::uint64_t distance = (std::uint64_t{to} + node_count_ - from) % node_count_;
  return static_cast<std::uint32_t>(distance * inverse_ % node_count_);
}

}  // namespace hearsay::gossip
