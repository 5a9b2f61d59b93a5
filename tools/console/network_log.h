// --log-net-send and --log-net-recv: the messages on stderr, as they come. With --record: those
// that nodes got, in a file, in their order:
//
//   {"at-ns":1234,"message":{"id":5,"src":"c1","dest":"n1","body":{...}}}     one line a message
#pragma once

#include <cstdint>
#include <string>

#include "tools/console/options.h"
#include "tools/experiment/network/network.h"

namespace hearsay::bench {

inline constexpr const char* kNetworkOrderName = "network.jsonl";

// The printed times count from `start_ns`. `order_folder`: where that file goes; empty: there is
// none.
void print_messages(Network& network, const TestOptions& options, std::int64_t start_ns,
                    const std::string& order_folder);

}  // namespace hearsay::bench
