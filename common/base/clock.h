// The two clocks, and the only place that reads them.
//
// monotonic_ns: for durations and deadlines; never goes back; its zero means nothing.
// wall_ns: Unix time, for trace lines and names of runs; may jump.
//
// The worker's core never calls these: time comes to it with its input.
#pragma once

#include <cstdint>

namespace hearsay {

std::int64_t monotonic_ns();
std::int64_t wall_ns();

}  // namespace hearsay
