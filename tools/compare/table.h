// The table that `hearsay compare` prints, and the words under it. Pure.
#pragma once

#include <string>

#include "tools/compare/comparison.h"

namespace hearsay::compare {

std::string make_table(const Comparison& comparison);

}  // namespace hearsay::compare
