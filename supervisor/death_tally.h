// What the deaths of workers say: how long to wait before the next start, and whether an input is
// to blame.
//
// Not every death is suspicious. A worker killed by our own chaos is not (before it is ready, it
// counts as killed from outside: kills that come faster than it starts let nobody work), nor is one
// that was ready and idle. Suspicious deaths in a row delay the next start, after the first ones
// more and more; a start that failed counts as one. A worker that got work done ends the row: only
// deaths without any progress between them are one. A signal from outside is not the worker's
// fault: many of them in a row only keep the starts from eating a whole CPU. An input on which
// workers crashed three times running, or hung twice, is poison: by then its client still waits. A
// signal from outside counts for less, since experiments send those, but it does count: the kernel
// sends SIGKILL to one that eats all memory. Not thread-safe; pure.
#pragma once

#include <cstdint>
#include <optional>

#include "common/shm/segment.h"

namespace hearsay::supervisor {

enum class DeathCause {
  chaos,    // we killed it, as an experiment
  hang,     // we killed it: it got nowhere
  outside,  // a signal that is not from us and of no fault in the program
  no_room,  // it ended by itself, so that the next one turns an input away
  crash     // anything else
};

struct Death {
  DeathCause cause;
  bool was_ready;
  std::uint64_t position;  // of the input whose step was running, or shm::kNoPosition
  std::uint64_t inputs;    // that it consumed for good, the message of its own start included
};

class DeathTally {
 public:
  void record(const Death& death);
  void record_failed_start() { ++in_a_row_; }
  // How long to wait before the next start.
  std::int64_t delay_ms() const;
  // The input to skip, or shm::kNoPosition.
  std::uint64_t poison_position() const;
  // Suspicious deaths and failed starts since the last death that was not, or since work was done.
  int in_a_row() const { return in_a_row_; }
  // How often in a row a worker came to nothing without being killed by anybody: not one input was
  // consumed.
  int fruitless() const { return fruitless_; }

 private:
  int in_a_row_ = 0;
  int outside_in_a_row_ = 0;
  int fruitless_ = 0;
  std::uint64_t suspect_ = shm::kNoPosition;
  int blame_ = 0;  // of the suspect
};

}  // namespace hearsay::supervisor
