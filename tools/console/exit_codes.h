// How the subcommands end: Maelstrom's codes, which scripts know.
#pragma once

namespace hearsay::bench {

inline constexpr int kExitValid = 0;
inline constexpr int kExitInvalid = 1;
inline constexpr int kExitUnknown = 2;
inline constexpr int kExitInterrupted = 130;
inline constexpr int kExitBadArguments = 254;
inline constexpr int kExitRunFailed = 255;

}  // namespace hearsay::bench
