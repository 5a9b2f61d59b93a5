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

namespace hearsay::gossip {

struct Batch {
  std::uint64_t number;
  std::vector<std::uint32_t> positions;  // in the log
};

class BatchLog {
 public:
  // Numbers follow each other. Forgets the oldest ones.
  void remember(Batch batch) {
    for (const std::uint32_t position : batch.positions) batch_of_[position] = batch.number;
    batches_.push_back(std::move(batch));
    if (batches_.size() <= kRemembered) return;
    for (const std::uint32_t position : batches_.front().positions) {
      const auto found = batch_of_.find(position);
      if (found != batch_of_.end() && found->second == batches_.front().number) {
        batch_of_.erase(found);
      }
    }
    batches_.pop_front();
  }

  const std::deque<Batch>& batches() const { return batches_; }
  // Whether the value at this position of the log went out in one of them.
  bool has_sent(std::uint32_t position) const { return batch_of_.contains(position); }

 private:
  static constexpr std::size_t kRemembered = 256;

  std::deque<Batch> batches_;
  std::unordered_map<std::uint32_t, std::uint64_t> batch_of_;  // by position, the latest
};

}  // namespace hearsay::gossip
