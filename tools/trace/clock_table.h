// What is known of the clocks of a run's logs, in words for people. Pure.
#pragma once

#include <string>

#include "tools/trace/run_reader.h"

namespace hearsay::traces {

// A line a log, without the last line feed. "": the logs are of one machine, or there is only one.
std::string clock_table(const RunReader& run);

}  // namespace hearsay::traces
