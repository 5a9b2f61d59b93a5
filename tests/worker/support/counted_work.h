// How much work the counted parts have done (tests/worker/CMakeLists.txt): each basic block that
// they run through counts one, and what is moved, in one block, its length.
//
// The compiler lets each block call a function that stands in the source. One thread.
#pragma once

#include <cstdint>

namespace hearsay::test {

std::uint64_t counted_work();

}  // namespace hearsay::test
