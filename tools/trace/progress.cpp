#include "tools/trace/progress.h"

#include <fmt/core.h>

#include <algorithm>

namespace hearsay::traces {

// A log that is still written may have become longer.
void Progress::show(std::int64_t bytes) {
  constexpr std::int64_t kMegabyte = 1'000'000;
  loop_.show(fmt::format("reading the trace: {} of {} MB", bytes / kMegabyte,
                         std::max(bytes, size_) / kMegabyte));
}

}  // namespace hearsay::traces
