// One timer for many deadlines: wakes at the earliest moment that anybody asked for.
//
// Wake-ups cannot be taken back, so one may come too early or twice; whoever is woken looks at its
// deadlines and asks again for the next. Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "worker/core/context.h"

namespace hearsay::gossip {

// Before any time on any node's clock, which may start anywhere.
inline constexpr std::int64_t kLongAgoNs = std::numeric_limits<std::int64_t>::min() / 4;

class Alarm {
 public:
  // Timers of earlier workers don't fire: forget them.
  void start() { armed_ns_.reset(); }

  void ring_at(core::Context& context, std::int64_t due_ns) {
    if (armed_ns_ && *armed_ns_ <= due_ns) return;
    armed_ns_ = due_ns;
    context.wake_at(due_ns, 0);
  }

  bool rings_by(std::int64_t due_ns) const { return armed_ns_ && *armed_ns_ <= due_ns; }

  // Call first when a timer fires.
  void rang(core::Context& context) {
    if (armed_ns_ && *armed_ns_ <= context.now_ns()) armed_ns_.reset();
  }

 private:
  std::optional<std::int64_t> armed_ns_;
};

}  // namespace hearsay::gossip
