// Random choices of a step: a generator keyed by (node seed, number of the input).
//
// A step that is run again, by another worker or under a debugger, makes the same choices. The
// generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
// 2014); std's distributions are not used because each library draws differently.
#pragma once

#include <cstdint>

namespace hearsay::core {

class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t input_number);

  std::uint64_t next();
  // Uniform in [0, bound); bound is at least 1.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

}  // namespace hearsay::core
