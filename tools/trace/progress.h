// What people see while a long trace is read: how much of it, again for each time that it is read.
// Not thread-safe.
#pragma once

#include <cstdint>

#include "tools/console/loop_progress.h"

namespace hearsay::traces {

class Progress {
 public:
  // How many bytes the logs have in all.
  void set_size(std::int64_t bytes) { size_ = bytes; }
  // Whether to call show() now; to be asked at each event.
  bool is_due() { return loop_.is_due(); }
  // `bytes`: read so far.
  void show(std::int64_t bytes);

 private:
  bench::LoopProgress loop_;
  std::int64_t size_ = 0;
};

}  // namespace hearsay::traces
