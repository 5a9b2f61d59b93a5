// One node, beside nodes of one process that survive nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/bench/contest.h"
#include "tools/bench/peers.h"

namespace hearsay::measure {

std::vector<Contest> node_contests(const Peers& peers, std::int64_t lines);

}  // namespace hearsay::measure
