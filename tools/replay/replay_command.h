// `hearsay replay`.
#pragma once

#include "tools/replay/options.h"

namespace hearsay::replay {

// Returns the exit code.
int run_replay(const ReplayOptions& options);

}  // namespace hearsay::replay
