// The messages with values that logs tell of from both ends: what clocks are compared by.
#pragma once

#include <filesystem>
#include <vector>

#include "tools/trace/clock_offsets.h"
#include "tools/trace/progress.h"

namespace hearsay::traces {

// Between nodes of different files; a file is a clock, and its number here. Of messages that are
// alike the first that arrived counts as the first that was sent, and so on: whatever was lost,
// before the third arrived three had been sent, for nothing is delivered twice. Memory grows with
// the messages. Shows `progress`. Throws TraceProblem.
std::vector<ClockMessage> messages_between(const std::vector<std::filesystem::path>& files,
                                           Progress* progress = nullptr);

}  // namespace hearsay::traces
