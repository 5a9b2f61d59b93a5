// The `hearsay` command: one subcommand a tool.
#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "common/base/file_descriptor.h"
#include "tools/compare/compare_command.h"
#include "tools/compare/options.h"
#include "tools/console/command_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/options.h"
#include "tools/processes/test_command.h"
#include "tools/sim/options.h"
#include "tools/sim/sim_command.h"

namespace {

using hearsay::bench::TestOptions;
using hearsay::compare::CompareOptions;
using hearsay::sim::SimOptions;

// Cuts off what stands behind "--": it belongs to the node, whatever it looks like.
std::vector<std::string> cut_node_arguments(std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  const std::vector<std::string> rest(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return rest;
}

}  // namespace

int main(int argc, char** argv) {
  hearsay::fill_standard_descriptors(O_RDONLY);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  TestOptions options;
  SimOptions sim_options;
  CompareOptions compare_options;
  sim_options.command_line = arguments;
  const std::string command = hearsay::bench::as_typed(arguments);
  const std::vector<std::string> node_arguments = cut_node_arguments(arguments);
  for (TestOptions* each : {&options, &sim_options.test, &compare_options.test}) {
    each->command = command;
    each->node_arguments = node_arguments;
  }

  CLI::App app("Tools for hearsay: gossip nodes that keep going while their workers die");
  app.name("hearsay");
  app.require_subcommand(1);
  CLI::App* test = app.add_subcommand(
      "test", "Run nodes under Maelstrom's network, workloads and checkers, without a JVM");
  add_test_options(*test, options);
  CLI::App* sim = app.add_subcommand(
      "sim", "The same in virtual time: simulated nodes in one process, repeated by a seed");
  add_sim_options(*sim, sim_options);
  CLI::App* compare = app.add_subcommand(
      "compare", "Strategies and latency budgets side by side: a table, a picture, with faults");
  add_compare_options(*compare, compare_options);

  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
    if (sim->parsed()) {
      resolve(sim_options);
    } else if (compare->parsed()) {
      resolve(compare_options);
    } else {
      resolve(options);
    }
  } catch (const CLI::ParseError& error) {
    const bool help = app.exit(error) == 0;
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
      std::fputs("Options of hearsay-node, like --latency-budget, go behind \"--\".\n", stderr);
    }
    return help ? hearsay::bench::kExitValid : hearsay::bench::kExitBadArguments;
  }
  if (sim->parsed()) return hearsay::sim::run_sim(sim_options);
  if (compare->parsed()) return hearsay::compare::run_compare(compare_options);
  return hearsay::bench::run_test(options);
}
