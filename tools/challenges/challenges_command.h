// `hearsay challenges`: the challenges of Gossip Glomers one after the other, a line each.
#pragma once

#include "tools/challenges/options.h"

namespace hearsay::challenges {

// Each run is one of `hearsay test` or `hearsay sim`, in a process of its own, with its files in
// the store. Returns the exit code. `options` are resolved.
int run_challenges(const ChallengesOptions& options);

}  // namespace hearsay::challenges
