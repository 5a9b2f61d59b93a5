// The options of `hearsay compare`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/compare/condition.h"
#include "tools/compare/contestant.h"
#include "tools/console/options.h"

namespace hearsay::compare {

struct CompareOptions {
  CompareOptions();

  // What all runs have in common. Its node_arguments stand before a contestant's own.
  bench::TestOptions test;
  std::vector<std::string> contestant_texts;
  std::vector<std::string> condition_names;
  std::uint64_t seed = 1;  // of the first run of each; the next one has the next
  std::int64_t seeds = 1;
  std::int64_t jobs = 0;  // 0: as many as there are cores; with real processes one
  bool real = false;
  bool no_picture = false;

  // Worked out by resolve().
  std::vector<Contestant> contestants;
  std::vector<Condition> conditions;
};

void add_compare_options(CommandLine& command, CompareOptions& options);

// Checks all runs, works out the rest. Throws BadCommandLine with words for people.
void resolve(CompareOptions& options);

// One of the runs. `number` counts from 0.
struct Plan {
  std::size_t contestant;
  std::size_t condition;
  std::uint64_t seed;
};
std::size_t count_runs(const CompareOptions& options);
Plan plan_of(const CompareOptions& options, std::size_t number);

// Resolved, for `hearsay test` or the simulator.
bench::TestOptions test_options(const CompareOptions& options, const Plan& plan);

// Whether the runs are those of Maelstrom's challenge 3d, for which others published figures.
bool is_challenge_3d(const CompareOptions& options);

// The cluster, the network, the load, in a line for people.
std::string describe_setting(const CompareOptions& options);

}  // namespace hearsay::compare
