// One scenario, run to be shown.
#pragma once

#include "tools/sim/judge.h"
#include "tools/sim/options.h"

namespace hearsay::sim {

// Runs it, and judges.
Judgement judge_run(const SimOptions& scenario);

// Runs it, and if something is wrong once more, to print what led to it. Prints what it knows at
// once: a crash may follow.
Judgement explain(const SimOptions& scenario);

}  // namespace hearsay::sim
