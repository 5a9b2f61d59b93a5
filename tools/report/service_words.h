// What is odd about what nodes asked Maelstrom's services, in words: requests that get no answer,
// answers that name no request, types that only ever got errors. Such things come from a mistake in
// the node, and nobody but the services sees them.
#pragma once

#include <string>
#include <vector>

#include "tools/experiment/services/services.h"

namespace hearsay::bench {

// At most one of each service and mistake: the first node's.
std::vector<std::string> service_words(const Services& services);

}  // namespace hearsay::bench
