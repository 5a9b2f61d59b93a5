// The positions of the values that a root is to send with its next batch: each once, in the order
// in which they came. Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "worker/gossip/position_set.h"

namespace hearsay::gossip {

class OwedList {
 public:
  // False if it is there already.
  bool add(std::uint32_t position) {
    if (!members_.add(position)) return false;
    positions_.push_back(position);
    return true;
  }
  bool contains(std::uint32_t position) const { return members_.contains(position); }
  bool empty() const { return positions_.empty(); }
  const std::vector<std::uint32_t>& positions() const { return positions_; }
  // All of them; the list is empty then.
  std::vector<std::uint32_t> take() {
    for (const std::uint32_t position : positions_) members_.remove(position);
    return std::exchange(positions_, {});
  }

 private:
  std::vector<std::uint32_t> positions_;
  PositionSet members_;
};

}  // namespace hearsay::gossip
