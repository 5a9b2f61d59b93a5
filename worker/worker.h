// The worker process: from its command line to its end. main() is one call of it.
#pragma once

#include <vector>

#include "worker/core/service_list.h"

namespace hearsay::worker {

// Returns the exit code (common/options/exit_codes.h).
int run_worker(int argc, char** argv, const std::vector<core::ServiceEntry>& services);

}  // namespace hearsay::worker
