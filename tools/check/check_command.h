// `hearsay check`: anybody's recorded run, judged.
#pragma once

#include "tools/check/options.h"

namespace hearsay::check {

// Returns the exit code: that of the worst verdict.
int run_check(const CheckCommandOptions& options);

}  // namespace hearsay::check
