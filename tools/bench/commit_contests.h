// What it costs to survive crashes, to find damage, and to tell what happens.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/bench/contest.h"
#include "tools/bench/peers.h"

namespace hearsay::measure {

std::vector<Contest> commit_contests(const Peers& peers, std::int64_t lines);

}  // namespace hearsay::measure
