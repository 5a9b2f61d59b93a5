// The line about the progress of a loop that is too quick to look at the clock each time round: on
// a terminal, after the first two seconds. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/clock.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"

namespace hearsay::bench {

class LoopProgress {
 public:
  // Whether it is time for show(). To be asked each time round.
  bool is_due() {
    return line_.is_terminal() && ++asked_ % kLookEvery == 0 && line_.is_due(monotonic_ns());
  }
  void show(std::string_view text) { line_.show(monotonic_ns(), text); }

 private:
  static constexpr std::uint64_t kLookEvery = 64;

  ProgressLine line_{monotonic_ns() + kFirstShownNs};
  std::uint64_t asked_ = 0;
};

}  // namespace hearsay::bench
