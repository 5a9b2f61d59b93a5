// Bounds of numbers on the command line: of seconds, ms, operations a second.
#pragma once

namespace hearsay::bench {

inline constexpr double kNothing = 0;
inline constexpr double kSmallest = 0.001;
inline constexpr double kLargest = 1'000'000;

}  // namespace hearsay::bench
