// A plan as a grid: what is asked of whom, and what strikes whom, over time.
#pragma once

#include <string>

#include "tools/sim/plan.h"

namespace hearsay::sim {

// A column a node, a line a moment; the middle of a long plan is left out, and it says so.
std::string picture_of(const Plan& plan);

}  // namespace hearsay::sim
