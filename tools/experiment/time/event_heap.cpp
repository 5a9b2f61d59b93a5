#include "tools/experiment/time/event_heap.h"

#include <algorithm>
#include <utility>

namespace hearsay::bench {

void EventHeap::at(std::int64_t due_ns, Action action) {
  std::size_t place = actions_.size();
  if (free_.empty()) {
    actions_.push_back(std::move(action));
  } else {
    place = free_.back();
    free_.pop_back();
    actions_[place] = std::move(action);
  }
  events_.push_back(Event{due_ns, next_order_++, place});
  std::push_heap(events_.begin(), events_.end(), later);
}

std::optional<std::int64_t> EventHeap::next_due_ns() const {
  if (events_.empty()) return std::nullopt;
  return events_.front().due_ns;
}

std::uint64_t EventHeap::run_due(std::int64_t now_ns, std::uint64_t most) {
  std::uint64_t count = 0;
  for (; count < most && !events_.empty() && events_.front().due_ns <= now_ns; ++count) {
    std::pop_heap(events_.begin(), events_.end(), later);
    const std::size_t place = events_.back().action;
    events_.pop_back();
    const Action action = std::exchange(actions_[place], nullptr);
    free_.push_back(place);
    action(now_ns);
  }
  return count;
}

}  // namespace hearsay::bench
