// The `hearsay` command: one subcommand a tool.
#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"
#include "common/base/version.h"
#include "common/options/command_line.h"
#include "tools/compare/compare_command.h"
#include "tools/compare/options.h"
#include "tools/console/command_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/options.h"
#include "tools/console/tell.h"
#include "tools/processes/test_command.h"
#include "tools/sim/options.h"
#include "tools/sim/sim_command.h"
#include "tools/trace/options.h"
#include "tools/trace/trace_command.h"

namespace {

using hearsay::BadCommandLine;
using hearsay::CommandLine;
using hearsay::bench::TestOptions;
using hearsay::compare::CompareOptions;
using hearsay::sim::SimOptions;
using hearsay::traces::TraceOptions;

// Cuts off what stands behind "--": it belongs to the node, whatever it looks like.
std::vector<std::string> cut_node_arguments(std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  const std::vector<std::string> rest(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return rest;
}

// "help", "help COMMAND" and "help COMMAND ITS-COMMAND" are asked for as --help.
void turn_help_into_an_option(const CommandLine& app, std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "help") return;
  arguments.erase(arguments.begin());
  const CommandLine* command = &app;
  for (const std::string& name : arguments) {
    command = command->find_subcommand(name);
    if (command == nullptr) throw BadCommandLine("help", "there is no command " + name);
  }
  arguments.emplace_back("--help");
}

}  // namespace

int main(int argc, char** argv) {
  hearsay::fill_standard_descriptors(O_RDONLY);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  TestOptions options;
  SimOptions sim_options;
  CompareOptions compare_options;
  TraceOptions trace_options;
  const std::string program = std::filesystem::path(argc > 0 ? argv[0] : "hearsay").filename();
  sim_options.program = program;
  sim_options.command_line = arguments;
  const std::string command = hearsay::bench::as_typed(program, arguments);
  const std::vector<std::string> node_arguments = cut_node_arguments(arguments);
  for (TestOptions* each : {&options, &sim_options.test, &compare_options.test}) {
    each->command = command;
    each->node_arguments = node_arguments;
  }

  CommandLine app("Tools for hearsay: gossip nodes that keep going while their workers die",
                  "hearsay");
  app.add_version("hearsay " + std::string(hearsay::version()));
  app.footer(
      "hearsay help COMMAND tells what a command takes. The node itself: hearsay-node --help");
  app.require_subcommand();
  CommandLine& test = app.add_subcommand(
      "test", "Run nodes under Maelstrom's network, workloads and checkers, without a JVM");
  add_test_options(test, options);
  CommandLine& sim = app.add_subcommand(
      "sim", "The same in virtual time: simulated nodes in one process, repeated by a seed");
  add_sim_options(sim, sim_options);
  CommandLine& compare = app.add_subcommand(
      "compare", "Strategies and latency budgets side by side: a table, a picture, with faults");
  add_compare_options(compare, compare_options);
  CommandLine& trace =
      app.add_subcommand("trace", "What happened in a run, from the traces that its nodes left");
  add_trace_options(trace, trace_options);

  try {
    turn_help_into_an_option(app, arguments);
    if (app.parse(arguments) == CommandLine::Outcome::answered) return hearsay::bench::kExitValid;
    if (sim.is_chosen()) {
      resolve(sim_options);
    } else if (compare.is_chosen()) {
      resolve(compare_options);
    } else if (trace.is_chosen()) {
      resolve(trace_options);
    } else {
      resolve(options);
    }
  } catch (const BadCommandLine& problem) {
    const std::string name = sim.is_chosen()       ? " sim"
                             : compare.is_chosen() ? " compare"
                             : trace.is_chosen()   ? " trace"
                             : test.is_chosen()    ? " test"
                                                   : "";
    hearsay::bench::tell("hearsay{0}: {1}\nhearsay{0} --help says more.\n", name, problem.what());
    const bool unknown = dynamic_cast<const hearsay::UnknownOption*>(&problem) != nullptr;
    if (unknown && !trace.is_chosen() &&
        std::string_view(problem.what()).find("do you mean") == std::string_view::npos) {
      std::fputs("Options of hearsay-node, like --latency-budget, go behind \"--\".\n", stderr);
    }
    return hearsay::bench::kExitBadArguments;
  }
  if (sim.is_chosen()) return hearsay::sim::run_sim(sim_options);
  if (compare.is_chosen()) return hearsay::compare::run_compare(compare_options);
  if (trace.is_chosen()) return hearsay::traces::run_trace(trace_options);
  return hearsay::bench::run_test(options);
}
