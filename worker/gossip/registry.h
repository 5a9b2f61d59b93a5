// The strategies by name. A new one is a class in this folder and a line in registry.cpp.
#pragma once

#include <memory>

#include "common/options/service_options.h"
#include "worker/gossip/strategy.h"

namespace hearsay::gossip {

// By the name that --gossip takes. The knowledge must outlive the strategy.
std::unique_ptr<Strategy> make_strategy(const GossipOptions& options, Knowledge& knowledge);

}  // namespace hearsay::gossip
