// The verdict of a run: Maelstrom's keys, and under "hearsay" what it has no words for.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/console/options.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/run.h"
#include "tools/experiment/verdict/outcome.h"

namespace hearsay::bench {

// The whole of results.json. "valid?" is true, false or "unknown". Of a run that couldn't go on,
// only "valid?" ("unknown") and "hearsay" are there; an interrupted one lacks "workload" alone.
nlohmann::json make_results(const TestOptions& options, const Workload& workload, const Run& run,
                            const Network& network, const Outcome& outcome);

}  // namespace hearsay::bench
