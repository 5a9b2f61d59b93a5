// `hearsay test`: a run of real processes in real time.
#pragma once

#include "tools/bench/options.h"

namespace hearsay::bench {

inline constexpr int kExitValid = 0;
inline constexpr int kExitInvalid = 1;
inline constexpr int kExitUnknown = 2;
inline constexpr int kExitInterrupted = 130;
inline constexpr int kExitBadArguments = 254;
inline constexpr int kExitRunFailed = 255;

// Runs, prints the verdict on stdout, writes the results. Returns the exit code. `options` are
// resolved. Once a process: it takes over the process's signals.
int run_test(const TestOptions& options);

}  // namespace hearsay::bench
