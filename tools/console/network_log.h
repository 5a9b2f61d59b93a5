// --log-net-send and --log-net-recv: the messages on stderr, as they come.
#pragma once

#include <cstdint>

#include "tools/console/options.h"
#include "tools/experiment/network/network.h"

namespace hearsay::bench {

// The printed times count from `start_ns`.
void print_messages(Network& network, const TestOptions& options, std::int64_t start_ns);

}  // namespace hearsay::bench
