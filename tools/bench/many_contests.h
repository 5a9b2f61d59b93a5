// Many nodes on one machine, under the load of challenge 3d, and idle.
#pragma once

#include <vector>

#include "tools/bench/contest.h"
#include "tools/bench/peers.h"

namespace hearsay::measure {

// `seconds`: how long each round loads or watches the nodes.
std::vector<Contest> many_contests(const Peers& peers, int seconds);

}  // namespace hearsay::measure
