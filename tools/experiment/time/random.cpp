#include "tools/experiment/time/random.h"

#include "common/base/check.h"

namespace hearsay::bench {
namespace {

// FNV-1a, started from the seed.
std::uint64_t mix(std::uint64_t seed, std::string_view purpose) {
  std::uint64_t hash = 14695981039346656037U ^ seed;
  for (const char c : purpose) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return hash;
}

}  // namespace

Random::Random(std::uint64_t seed, std::string_view purpose) : engine_(mix(seed, purpose)) {}

std::uint64_t Random::below(std::uint64_t limit) {
  HEARSAY_CHECK(limit > 0, "Random::below needs a positive limit");
  // Reject the uneven top end, so that every value is equally likely.
  const std::uint64_t uneven = (0 - limit) % limit;
  for (;;) {
    const std::uint64_t drawn = engine_();
    if (drawn >= uneven) return drawn % limit;
  }
}

double Random::unit() {
  return static_cast<double>(engine_() >> 11U) * 0x1.0p-53;
}

}  // namespace hearsay::bench
