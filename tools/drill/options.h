// The options of `hearsay drill`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/options/command_line.h"
#include "tools/console/options.h"

namespace hearsay::drill {

enum class Target { worker, node, both };

struct DrillOptions {
  // As given. Of `test` the drill has the node's program and arguments, the number of nodes, the
  // workload, the rate of the load, the recovery, the seed and the store.
  bench::TestOptions test;
  std::int64_t kills = 1000;
  std::string every = "20ms";
  std::string target_name = "worker";
  bool stops = false;
  std::string stop_for = "100ms";
  std::int64_t values = 0;

  // Worked out by resolve().
  Target target = Target::worker;
  std::int64_t every_ns = 0;
  std::int64_t stop_for_ns = 0;

  DrillOptions();
};

void add_drill_options(CommandLine& command, DrillOptions& options);

// Checks and works out the rest. Throws BadCommandLine with words for people.
void resolve(DrillOptions& options);

// "20ms", "1.5s", "500us"; a plain number is ms. Throws BadCommandLine.
std::int64_t parse_duration_ns(const std::string& option, const std::string& text);

}  // namespace hearsay::drill
