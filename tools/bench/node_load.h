// One node under a load: lines as fast as it takes them, then one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/contest.h"

namespace hearsay::measure {

struct Load {
  std::string lines;  // requests, all of which are answered
  std::int64_t count = 0;
  std::int64_t round_trips = 0;  // one echo at a time, before the load
};

Load echo_load(std::int64_t count);
Load unique_ids_load(std::int64_t count);
// Each hundredth line is a read of what was broadcast so far.
Load broadcast_load(std::int64_t count);

// Starts the node and measures:
//   lines-per-s     answers a second
//   cpu-us          CPU of the node's processes, in us a line
//   pss-mb          their memory (shared pages in proportion) after the load, in MB
//   p50-us, p99-us  round trips of one echo at a time, if the load has any
// Throws Unmeasured when an answer is missing or an error.
Figures measure_node(const std::vector<std::string>& command, const Load& load);

// Memory of a process, programs included; a page that n processes share counts as an n-th in each.
double own_pss_kb(std::int64_t pid);

}  // namespace hearsay::measure
