// A set of positions in the log: a bit for each position up to the largest that was ever in it.
// Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <vector>

namespace hearsay::gossip {

class PositionSet {
 public:
  // False if it is there already.
  bool add(std::uint32_t position) {
    if (contains(position)) return false;
    if (position / 64 >= words_.size()) words_.resize(position / 64 + 1);
    words_[position / 64] |= bit(position);
    return true;
  }
  void remove(std::uint32_t position) {
    if (contains(position)) words_[position / 64] &= ~bit(position);
  }
  bool contains(std::uint32_t position) const {
    return position / 64 < words_.size() && (words_[position / 64] & bit(position)) != 0;
  }

 private:
  static constexpr std::uint64_t bit(std::uint32_t position) {
    return std::uint64_t{1} << position % 64;
  }

  std::vector<std::uint64_t> words_;
};

}  // namespace hearsay::gossip
