// Parking and waking across processes.
//
// The sleeping side raises its flag, fences, looks once more for work, and only then sleeps; the
// other side publishes work, fences, and looks at the flag. With a sequentially consistent fence on
// both sides at least one of them sees the other: no wake-up is lost.
//
//   sleeper                         waker
//   flag := raised                  publish work
//   SYNC POINT park: fence          SYNC POINT park: fence
//   work? then don't sleep          flag raised? then lower it and ring
//
// One sleeper and one waker a flag. The worker sleeps on the flag itself (a futex that is shared
// between processes; std::atomic::wait is not). The supervisor sleeps in poll(), and the worker
// rings its doorbell (an eventfd). A flag left raised by a dead process costs one needless ring.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "common/shm/ring.h"

namespace hearsay::shm {

// What a sleeper can be rung for.
enum WakeReason : std::uint32_t {
  kRecordsPublished = 1,
  kRoomFreed = 2,
  kStopAsked = 4,
};

struct alignas(kLineBytes) ParkFlag {
  // The reasons to ring for, and in the upper half what they are not; 0: awake. Anything else is
  // damage, and rung for.
  std::atomic<std::uint32_t> raised;
};
static_assert(sizeof(ParkFlag) == kLineBytes);

// Sleeper: to be followed by a look for work, then sleep_on() or poll(), then lower().
void raise(ParkFlag& flag, std::uint32_t reasons);
void lower(ParkFlag& flag);
// Sleeps while the flag is raised for `reasons`, but no longer than `limit_ns`; returns at once if
// it isn't. Spurious returns happen.
void sleep_on(ParkFlag& flag, std::uint32_t reasons, std::optional<std::int64_t> limit_ns = {});

// Waker, after publishing, freeing or asking: whether the sleeper must be rung. Lowers the flag, so
// the answer is yes once a sleep.
bool must_wake(ParkFlag& flag, std::uint32_t reasons);
// Ends sleep_on() of a sleeper on this flag.
void wake(ParkFlag& flag);

// Doorbell of a poll()ing sleeper: an eventfd, non-blocking.
void ring_doorbell(int event_fd);
void silence_doorbell(int event_fd);

}  // namespace hearsay::shm
