// What a person should know beside the verdict: what the run did not show, and where to look.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/console/options.h"
#include "tools/experiment/run.h"
#include "tools/experiment/verdict/outcome.h"

namespace hearsay::bench {

// Adds to `results`, which are complete otherwise:
// - "hearsay"/"remarks": why a valid run proves less than it seems (no operation, a rate that was
//   not reached, replies that nobody could take, faults that hit nothing). With one of them nobody
//   says that everything looks good.
// - "hearsay"/"hints": what may be the cause of what is wrong.
// - "hearsay"/"missing": lost values (up to kMostMissing), each with the nodes whose last read
// lacks
//   it.
void add_remarks(nlohmann::json& results, const TestOptions& options, const Run& run,
                 const Network& network, const Outcome& outcome);

inline constexpr std::size_t kMostMissing = 20;

}  // namespace hearsay::bench
