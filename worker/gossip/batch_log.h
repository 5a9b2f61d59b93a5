// The latest batches of which this node was the root, for those who miss one.
//
// Not thread-safe; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "worker/gossip/position_set.h"

namespace hearsay::gossip {

struct Batch {
  std::uint64_t number;
  std::vector<std::uint32_t> positions;  // in the log
};

class BatchLog {
 public:
  // Numbers follow each other. Forgets the oldest ones.
  void remember(Batch batch) {
    for (const std::uint32_t position : batch.positions) {
      if (!sent_.add(position)) ++again_[position];
    }
    batches_.push_back(std::move(batch));
    if (batches_.size() <= kRemembered) return;
    for (const std::uint32_t position : batches_.front().positions) forget(position);
    batches_.pop_front();
  }

  const std::deque<Batch>& batches() const { return batches_; }
  // Whether the value at this position of the log went out in one of them.
  bool has_sent(std::uint32_t position) const { return sent_.contains(position); }

 private:
  void forget(std::uint32_t position) {
    const auto more = again_.find(position);
    if (more == again_.end()) {
      sent_.remove(position);
    } else if (--more->second == 0) {
      again_.erase(more);
    }
  }

  static constexpr std::size_t kRemembered = 256;

  std::deque<Batch> batches_;
  PositionSet sent_;
  std::unordered_map<std::uint32_t, std::uint32_t> again_;  // in how many more batches it is
};

}  // namespace hearsay::gossip
