// What a drill proves: from its results to a verdict. A pure function.
//
// The rules. Invalid: an acknowledged value that a final read lacks, a request answered twice, an
// id handed out twice, a wrong or late answer, a line that is no message, a request that is never
// answered though its node was not killed whole, a strike that no answer follows, a worker that
// died without being killed, memory or descriptors that grow, a process or a name in /dev/shm left
// behind. Unknown: nothing was hit, nothing acknowledged, or the final reads did not come.
//
// Memory grows when a node holds more at the end than before the first strike, beyond a quarter
// (the same state lies differently in the memory of who rebuilt it), kSlackKb (of the rings, what
// was never used takes no memory) and kKbAValue for each value that it took meanwhile. Outages have
// no limit here: they are the machine's as much as the node's.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace hearsay::drill {

inline constexpr double kGrowth = 1.25;
inline constexpr double kSlackKb = 1024;
inline constexpr double kKbAValue = 0.5;

// Adds to results: "valid?" (true, false or "unknown"), "findings" (what is wrong, in words) and
// "remarks" (what it does not prove), and to each of "holdings" "memory-allowed-kb".
void judge(nlohmann::json& results);

}  // namespace hearsay::drill
