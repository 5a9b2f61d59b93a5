// What a workload's checker cannot see, as Maelstrom's cannot: histories that it calls good
// although they say little, or something odd, about the nodes. Remarks beside the verdict.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

// txn-list-append, txn-rw-register: reads that never find a value (Elle has no order of versions
// then, and so no anomaly), and values that nobody wrote. lin-kv: reads that answer null, which a
// register of Knossos takes for any value. {} of other workloads.
std::vector<std::string> find_blind_spots(std::string_view workload, const History& history);

}  // namespace hearsay::bench
