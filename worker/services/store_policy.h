// How long services wait for Maelstrom's stores. No client waits for longer than 5 s.
#pragma once

#include "common/base/units.h"
#include "worker/core/answer.h"

namespace hearsay::services {

// For what may be done more than once.
inline constexpr core::RequestPolicy kRepeated{.timeout_ns = kNsPerSecond, .tries = 5};
// For what may not.
inline constexpr core::RequestPolicy kOnce{.timeout_ns = 5 * kNsPerSecond};

}  // namespace hearsay::services
