// What people see while a long recording is read and replayed. Not thread-safe.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"

namespace hearsay::replay {

// May be told of every entry and input: the clock is looked at now and then.
class Progress {
 public:
  // A recording is read for what it says of its workers: so many bytes of it so far.
  void reading(std::uint64_t bytes, std::uint64_t of) {
    if (is_due()) show_reading(bytes, of);
  }
  void replaying(std::uint64_t inputs, std::uint64_t of) {
    if (is_due()) show_replaying(inputs, of);
  }

 private:
  static constexpr std::uint64_t kLookEvery = 64;

  bool is_due() {
    return line_.is_terminal() && ++told_ % kLookEvery == 0 && line_.is_due(monotonic_ns());
  }
  void show_reading(std::uint64_t bytes, std::uint64_t of);
  void show_replaying(std::uint64_t inputs, std::uint64_t of);

  bench::ProgressLine line_{monotonic_ns() + bench::kFirstShownNs};
  std::uint64_t told_ = 0;
};

}  // namespace hearsay::replay
