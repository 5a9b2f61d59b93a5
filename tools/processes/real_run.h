// What every run of real processes needs to know of itself, of its network and of its nodes'
// deaths.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tools/console/options.h"
#include "tools/experiment/network/network.h"
#include "tools/processes/tested_nodes.h"

namespace hearsay::bench {

// CPU time that this process has used.
std::int64_t own_cpu_ns();

// Real nodes can send more than any memory holds.
NetworkOptions bounded(NetworkOptions network);

// The kind of failure (Outcome::failure_kind) that a node's death is. Our node says with its status
// that it can't do what its command line asks; only at its start.
const char* kind_of_death(const TestOptions& options, const TestedNodes& nodes, std::size_t node,
                          bool at_start);

}  // namespace hearsay::bench
