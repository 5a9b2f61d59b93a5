// The worker process: from its command line to its end. main() is one call of it.
#pragma once

#include <functional>
#include <vector>

#include "common/options/worker_options.h"
#include "worker/core/node.h"

namespace hearsay::worker {

using MakeServices = std::function<std::vector<core::RegisteredService>(const GossipOptions&)>;

// Returns the exit code (common/options/exit_codes.h).
int run_worker(int argc, const char* const* argv, const MakeServices& make_services);

}  // namespace hearsay::worker
