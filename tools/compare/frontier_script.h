// The frontier as a picture: messages per operation over the maximum stable latency, without
// faults (or under the first condition there is), beside what others published for challenge 3d
// when the runs are of that size.
#pragma once

#include <string>

#include "tools/compare/comparison.h"

namespace hearsay::compare {

inline constexpr const char* kFrontierName = "frontier.svg";

// A script for gnuplot that holds its data and writes kFrontierName beside itself; "" if there is
// nothing to draw. Pure.
std::string make_frontier_script(const Comparison& comparison);

}  // namespace hearsay::compare
