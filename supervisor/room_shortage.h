// Whether requests wait too long because there is no room (disk, memory): each that needs some
// costs a start of the worker then (worker/README.md), and where they come faster than that, all
// wait, those that need none too. Who is told at once may ask again; who waits in the queue hears
// nothing. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/units.h"

namespace hearsay::supervisor {

class RoomShortage {
 public:
  void note_death(std::int64_t now_ns) { death_ns_ = now_ns; }
  // The worker has no input left to take.
  void note_idle(std::int64_t now_ns) { idle_ns_ = now_ns; }
  // A new request would wait behind others for longer than there is patience.
  bool holds_up(std::int64_t now_ns) const {
    return death_ns_ && now_ns - *death_ns_ < kLastsNs && now_ns - idle_ns_ > kPatienceNs;
  }

 private:
  static constexpr std::int64_t kLastsNs = kNsPerSecond;
  // What comes in within this time is still answered, also where a start takes half a second.
  static constexpr std::int64_t kPatienceNs = 400 * kNsPerMs;

  std::optional<std::int64_t> death_ns_;
  std::int64_t idle_ns_ = 0;
};

}  // namespace hearsay::supervisor
