// The options of `hearsay sim`: those of `hearsay test`, and a few of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/console/options.h"
#include "tools/sim/cluster.h"

namespace hearsay::sim {

struct SimOptions {
  bench::TestOptions test;
  std::string seeds;      // "A..B" or "N": a swarm; empty: one run
  std::string scenario;   // a file that says all; empty: none
  std::int64_t jobs = 0;  // 0: as many as there are cores
  double clock_skew_ms = 0;
  double compact_probability = 0;
  std::string program = "hearsay";        // as it was typed, without its folder
  std::vector<std::string> command_line;  // what was typed behind it

  // Worked out by resolve().
  std::uint64_t first_seed = 0;
  std::uint64_t last_seed = 0;
};

void add_sim_options(CommandLine& command, SimOptions& options);

// Checks and works out the rest. Throws BadCommandLine with words for people.
void resolve(SimOptions& options);

// What the cluster of one run needs; the test's options are resolved.
ClusterOptions make_cluster_options(const SimOptions& options);

// The command that repeats a run of `options` with the seed that it had.
std::string repeat_command(const SimOptions& options);

}  // namespace hearsay::sim
