// Decides whether the worker takes too long: to start, to commit, or to end.
//
// What counts is time in which something is expected of the worker and nothing moves. Only time
// that this process saw pass counts: having been stopped itself, it must not take the worker for
// hung. A worker that starts may recover a large journal for as long as it gets on with that; one
// that is stopped meanwhile is as hung as any other. Not thread-safe; pure.
#pragma once

#include <cstdint>

#include "common/base/units.h"
#include "supervisor/worker_life.h"

namespace hearsay::supervisor {

// So often a worker of which something is expected is looked at.
inline constexpr std::int64_t kLookEveryNs = 100 * kNsPerMs;

class HangWatch {
 public:
  explicit HangWatch(std::int64_t hang_limit_ns) : hang_limit_ns_(hang_limit_ns) {}

  struct Look {
    LifeState state;
    bool busy;                      // input waits for it
    std::uint64_t work;             // moves with every commit and every recovered record
    std::int64_t cpu_ns;            // moves while it runs; looked at while it starts
    std::int64_t allowance_ns = 0;  // so much longer than the limit it may take
  };

  // Another worker, or another thing that is expected of it.
  void restart();
  bool overdue(std::int64_t now_ns, const Look& look);
  // For how long nothing has moved, as of the last look.
  std::int64_t without_work_ns() const { return without_work_ns_; }
  // When to look again at the latest.
  std::int64_t next_look_ns() const { return looked_ns_ + kLookEveryNs; }

 private:
  std::int64_t hang_limit_ns_;
  std::int64_t looked_ns_ = 0;
  bool was_waiting_ = false;  // when last looked at
  std::uint64_t work_ = 0;
  std::int64_t cpu_ns_ = 0;
  std::int64_t without_work_ns_ = 0;
  std::int64_t standing_still_ns_ = 0;  // neither work nor use of the CPU
};

}  // namespace hearsay::supervisor
