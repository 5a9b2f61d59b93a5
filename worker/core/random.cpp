#include "worker/core/random.h"

#include "common/base/check.h"

namespace hearsay::core {
namespace {

constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t input_number)
    : state_(mix(seed + kGoldenGamma) ^ mix(input_number)) {}

std::uint64_t Random::next() {
  return mix(state_ += kGoldenGamma);
}

std::uint64_t Random::below(std::uint64_t bound) {
  HEARSAY_CHECK(bound >= 1, "a bound of at least 1");
  // Draws above the largest multiple of bound are thrown away: every result is equally likely.
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % bound + 1) % bound;
  std::uint64_t draw = next();
  while (draw > limit) draw = next();
  return draw % bound;
}

}  // namespace hearsay::core
