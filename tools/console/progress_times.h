// When a line about the progress appears on a terminal, and how often it changes.
#pragma once

#include "common/base/units.h"

namespace hearsay::bench {

inline constexpr std::int64_t kFirstShownNs = 2 * kNsPerSecond;
inline constexpr std::int64_t kShownEveryNs = 250 * kNsPerMs;

}  // namespace hearsay::bench
