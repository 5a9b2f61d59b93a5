#include "tools/replay/progress.h"

#include <fmt/core.h>

namespace hearsay::replay {

void Progress::show_reading(std::uint64_t bytes, std::uint64_t of) {
  constexpr std::uint64_t kMegabyte = 1'000'000;
  line_.show(monotonic_ns(),
             fmt::format("reading the recording: {} of {} MB", bytes / kMegabyte, of / kMegabyte));
}

void Progress::show_replaying(std::uint64_t inputs, std::uint64_t of) {
  line_.show(monotonic_ns(), fmt::format("replaying: {} of {} inputs", inputs, of));
}

}  // namespace hearsay::replay
