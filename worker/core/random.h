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
  Random(std::uint64_t seed, std::uint64_t input_number)
      : state_(mix(seed + kGoldenGamma) ^ mix(input_number)) {}

  std::uint64_t next() { return mix(state_ += kGoldenGamma); }
  // Uniform in [0, bound); bound is at least 1.
  std::uint64_t below(std::uint64_t bound);

 private:
  static constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15;

  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace hearsay::core
