// What the checker of a workload found, in words: of a run that was just made, and of a recorded
// history. Lost values, ids handed out twice and wrong echoes are not here: of those a run that was
// just made can say more.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tools/report/report.h"

namespace hearsay::bench {

// Adds notes and figures. `workload`: the section of results.json.
void add_workload_words(Report& report, const nlohmann::json& workload);

}  // namespace hearsay::bench
