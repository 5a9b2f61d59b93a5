// The ring between two processes, beside other ways to bring messages from one to another.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/bench/contest.h"
#include "tools/bench/machine.h"
#include "tools/bench/peers.h"

namespace hearsay::measure {

std::vector<Contest> ring_contests(const Peers& peers, const Placement& placement,
                                   std::int64_t lines);

}  // namespace hearsay::measure
