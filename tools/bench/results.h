// The verdict of a run: Maelstrom's keys, and under "hearsay" what it has no words for.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/findings.h"
#include "tools/bench/network.h"
#include "tools/bench/options.h"
#include "tools/bench/run.h"
#include "tools/bench/usage.h"
#include "tools/bench/workload.h"

namespace hearsay::bench {

// How a run went, apart from what its history and its network say.
// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct Outcome {
  std::string failure;       // why the run couldn't go on; empty: it went to its end
  std::string failure_kind;  // "node-died", "no-answer"
  std::string failed_node;
  Findings findings;
  std::vector<std::string> violations;  // what else is wrong, in words
  nlohmann::json simulator;             // what only a simulated run has; null: nothing
  std::vector<std::string> leftovers;   // nodes that left processes behind
  // Of real processes only.
  std::optional<std::int64_t> wall_ns;       // from the first process started to the last one gone
  std::optional<std::int64_t> bench_cpu_ns;  // what the bench itself used
  std::vector<NodeUsage> usage;              // by node
};

// The whole of results.json. "valid?" is true, false or "unknown". Of a run that couldn't go on,
// only "valid?" ("unknown") and "hearsay" are there.
nlohmann::json make_results(const TestOptions& options, const Workload& workload, const Run& run,
                            const Network& network, const Outcome& outcome);

// A few lines for people. `directory`: where the results are.
std::string make_report(const nlohmann::json& results, const std::string& directory);

}  // namespace hearsay::bench
