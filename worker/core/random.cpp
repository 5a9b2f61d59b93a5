#include "worker/core/random.h"

#include "common/base/check.h"

namespace hearsay::core {

std::uint64_t Random::below(std::uint64_t bound) {
  HEARSAY_CHECK(bound >= 1, "a bound of at least 1");
  // Draws above the largest multiple of bound are thrown away: every result is equally likely.
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % bound + 1) % bound;
  std::uint64_t draw = next();
  while (draw > limit) draw = next();
  return draw % bound;
}

}  // namespace hearsay::core
