// A queue with a limit: what does not fit any more drops the oldest, and that is counted.
//
// Gossip repairs what is lost, and what is new is worth more than what is old. An element that
// alone is beyond the limit of bytes drops all, itself included. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace hearsay::bus {

struct QueueLimit {
  std::size_t elements = 10'000;
  std::size_t bytes = std::size_t{16} << 20U;
};

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(QueueLimit limit = {}) : limit_(limit) {}

  bool empty() const { return elements_.empty(); }
  std::size_t size() const { return elements_.size(); }
  std::size_t bytes() const { return bytes_; }
  std::uint64_t dropped() const { return dropped_; }

  // `bytes`: what the element counts.
  void push(T element, std::size_t bytes) {
    elements_.emplace_back(std::move(element), bytes);
    bytes_ += bytes;
    while (elements_.size() > limit_.elements || bytes_ > limit_.bytes) {
      take();
      ++dropped_;
    }
  }

  // The oldest; there is one.
  const T& front() const { return elements_.front().first; }
  T take() {
    T oldest = std::move(elements_.front().first);
    bytes_ -= elements_.front().second;
    elements_.pop_front();
    return oldest;
  }

 private:
  QueueLimit limit_;
  std::deque<std::pair<T, std::size_t>> elements_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace hearsay::bus
