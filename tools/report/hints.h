// What may be the cause of what is wrong with a run, for people: what was seen, then what to do.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/console/options.h"
#include "tools/experiment/run.h"
#include "tools/experiment/verdict/outcome.h"

namespace hearsay::bench {

// An array of words. `results` has the workload's verdict, stats, net and the oddities already.
// Nothing is said that may be wrong about some node: what is not known is a question, or left out.
nlohmann::json find_hints(const nlohmann::json& results, const TestOptions& options, const Run& run,
                          const Network& network, const Outcome& outcome);

}  // namespace hearsay::bench
