// The services of a node. A new workload is one file in this folder and one line in registry.cpp.
#pragma once

#include <vector>

#include "common/options/worker_options.h"
#include "worker/core/node.h"

namespace hearsay::services {

std::vector<core::RegisteredService> make_services(const GossipOptions& gossip);

}  // namespace hearsay::services
