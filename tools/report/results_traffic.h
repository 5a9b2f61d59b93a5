// The part of results.json about what went over the network.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "tools/experiment/network/network.h"

namespace hearsay::bench {

// Messages and bytes of servers and clients, in all, per operation and by type; by node and by pair
// of nodes (of more than Traffic::kPairNodes nodes only the busiest, and no pairs); the busiest
// node. `operations`: how many were invoked.
nlohmann::json describe_traffic(const Network& network, std::int64_t operations);

}  // namespace hearsay::bench
