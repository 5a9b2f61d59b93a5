// The messages of a run as the page has them: columns of small numbers. A pure function.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "tools/experiment/network/network.h"

namespace hearsay::page {

// "services" (those that were asked; rows behind the nodes'), "messages", "values" and "reaches".
// Times in microseconds since `load_start_ns`; those that are sorted as differences.
void add_messages(nlohmann::json& page, const bench::Network& network, const bench::MessageLog& log,
                  std::int64_t load_start_ns);

}  // namespace hearsay::page
