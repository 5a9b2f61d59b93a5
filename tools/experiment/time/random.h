// Random choices that a seed repeats, on every platform and with every standard library.
//
// Each purpose ("latency", "nemesis", ...) has a stream of its own, so that how many numbers one
// part of a run draws doesn't change what another part gets. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace hearsay::bench {

class Random {
 public:
  Random(std::uint64_t seed, std::string_view purpose);

  // Uniform in [0, limit); limit > 0.
  std::uint64_t below(std::uint64_t limit);
  // Uniform in [0, 1).
  double unit();

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace hearsay::bench
