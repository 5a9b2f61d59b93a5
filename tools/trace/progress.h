// What people see while a long trace is read: how much of it, again for each time that it is read.
// Not thread-safe.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"

namespace hearsay::traces {

class Progress {
 public:
  // How many bytes the logs have in all.
  void set_size(std::int64_t bytes) { size_ = bytes; }
  // Whether to call show() now. To be asked at each event: the clock is looked at now and then.
  bool is_due() {
    return line_.is_terminal() && ++asked_ % kLookEvery == 0 && line_.is_due(monotonic_ns());
  }
  // `bytes`: read so far.
  void show(std::int64_t bytes);

 private:
  static constexpr std::uint64_t kLookEvery = 256;

  bench::ProgressLine line_{monotonic_ns() + bench::kFirstShownNs};
  std::uint64_t asked_ = 0;
  std::int64_t size_ = 0;
};

}  // namespace hearsay::traces
