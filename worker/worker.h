// The worker process: from its command line to its end. main() is one call of it.
#pragma once

#include <functional>
#include <vector>

#include "common/options/worker_options.h"
#include "worker/core/node.h"

namespace hearsay::worker {

using MakeServices = std::function<std::vector<core::RegisteredService>(const GossipOptions&)>;

// Exit codes; the supervisor reads them.
inline constexpr int kExitStopped = 0;   // the supervisor asked for it
inline constexpr int kExitFailed = 1;    // an error that another worker may not meet
inline constexpr int kExitUsage = 2;     // wrong command line
inline constexpr int kExitCorrupt = 65;  // the shared memory makes no sense (EX_DATAERR)

int run_worker(int argc, const char* const* argv, const MakeServices& make_services);

}  // namespace hearsay::worker
