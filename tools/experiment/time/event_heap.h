// What happens when: one heap of actions ordered by the moment they are due.
//
// Everything in the bench that waits (latencies, time-outs, gaps between operations, nemeses)
// schedules here and takes the time as an argument, so the same code runs in real time (EventLoop
// calls run_due with the clock) and in virtual time (call run_due with next_due_ns until the heap
// is empty). Times are nanoseconds on one scale of the caller's choice.
//
// There is no cancelling: an action that may have become stale checks that itself. Of two actions
// due at the same moment the one scheduled first runs first. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace hearsay::bench {

class EventHeap {
 public:
  using Action = std::function<void(std::int64_t now_ns)>;

  void at(std::int64_t due_ns, Action action);

  std::optional<std::int64_t> next_due_ns() const;

  // Runs all actions due at or before `now_ns`, those that they schedule included. Each is given
  // `now_ns`. Stops after `most`; returns how many it ran.
  std::uint64_t run_due(std::int64_t now_ns, std::uint64_t most = ~std::uint64_t{0});

 private:
  // Small, since heaps move them about; the action lies elsewhere.
  struct Event {
    std::int64_t due_ns;
    std::uint64_t order;
    std::size_t action;  // of actions_
  };
  static bool later(const Event& a, const Event& b) {
    return a.due_ns != b.due_ns ? a.due_ns > b.due_ns : a.order > b.order;
  }

  std::vector<Event> events_;  // a binary heap under later()
  std::uint64_t next_order_ = 0;
  std::vector<Action> actions_;
  std::vector<std::size_t> free_;  // of actions_
};

}  // namespace hearsay::bench
