// The verdict of a run: Maelstrom's keys, and under "hearsay" what it has no words for.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/bench/node_group.h"
#include "tools/bench/options.h"
#include "tools/bench/run.h"
#include "tools/bench/workload.h"

namespace hearsay::bench {

struct Outcome {
  std::string failure;                 // why the run couldn't go on; empty: it went to its end
  std::vector<std::string> leftovers;  // nodes that left processes behind
  std::int64_t wall_ns = 0;            // from the first process started to the last one gone
  std::int64_t bench_cpu_ns = 0;       // what the bench itself used
};

// The whole of results.json. "valid?" is true, false or "unknown". Of a run that couldn't go on,
// only "valid?" ("unknown") and "hearsay" are there.
nlohmann::json make_results(const TestOptions& options, const Workload& workload, const Run& run,
                            const Network& network, const NodeGroup& nodes, const Outcome& outcome);

// A few lines for people. `directory`: where the results are.
std::string make_report(const nlohmann::json& results, const std::string& directory);

}  // namespace hearsay::bench
