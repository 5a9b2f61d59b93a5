// The ring and the waiting of common/shm, run by two threads in small programs. Their code is the
// sources' own; what is written here is what supervisor and worker do with it.
#pragma once

#include <cstddef>
#include <memory>

#include "tests/interleave/program.h"

namespace hearsay::interleave {

struct RingRun {
  std::size_t records;            // appended by the thread "producer"
  std::size_t publish_every = 1;  // so many at a time
  std::size_t release_every = 1;
  bool copied = false;  // read from a copy, as the supervisor does
};

// Each record arrives once, in order, whole, and none more. The ring is too small for them: it
// wraps, with paddings, and is full.
std::unique_ptr<Program> make_ring(const RingRun& run);

struct ParkRun {
  std::size_t records;    // appended by the thread "supervisor", which sleeps in poll()
  std::size_t prefilled;  // before them: the ring takes 4
};

// The same, and both sides sleep: the worker when the ring is empty, the supervisor when it is
// full.
std::unique_ptr<Program> make_park(const ParkRun& run);

// A request ring and a reply ring. The supervisor sees all answers once it sees no request left,
// which is how it knows that the work is done.
std::unique_ptr<Program> make_end(std::size_t requests);

}  // namespace hearsay::interleave
