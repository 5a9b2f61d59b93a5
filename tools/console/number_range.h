// The bounds of numbers on the command line.
#pragma once

#include <CLI/CLI.hpp>

namespace hearsay::bench {

inline constexpr double kNothing = 0;
inline constexpr double kSmallest = 0.001;
inline constexpr double kLargest = 1'000'000;  // of seconds, ms, operations a second

// A number between two others; CLI::Range lets NaN through.
CLI::Validator between(double least, double most);

}  // namespace hearsay::bench
