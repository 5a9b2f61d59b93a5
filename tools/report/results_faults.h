// What nemeses planned and did, and what that cost: a part of results.json.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/experiment/network/network.h"
#include "tools/experiment/run.h"

namespace hearsay::bench {

// Adds to the section "hearsay":
// - "schedule": what was planned, a function of the seed (tools/experiment/faults/deed.h has the
// form);
// - "nemesis": what was done, and when, the healing at the end included;
// - "worker-kills", "node-kills": "count" and "by-node";
// - "messages": between nodes, hit by faults: "lost" ("all" and by cause), "duplicated",
// "reordered".
void add_faults(nlohmann::json& section, const Run& run, const Network& network);

}  // namespace hearsay::bench
