// The `hearsay` command: one subcommand a tool.
#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"
#include "common/base/version.h"
#include "common/options/command_line.h"
#include "tools/bench/bench_command.h"
#include "tools/bench/options.h"
#include "tools/challenges/challenges_command.h"
#include "tools/challenges/options.h"
#include "tools/check/check_command.h"
#include "tools/check/options.h"
#include "tools/cluster/attach_command.h"
#include "tools/cluster/call_command.h"
#include "tools/cluster/options.h"
#include "tools/cluster/test_on_bus.h"
#include "tools/compare/compare_command.h"
#include "tools/compare/options.h"
#include "tools/console/challenge.h"
#include "tools/console/command_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/options.h"
#include "tools/console/tell.h"
#include "tools/drill/drill_command.h"
#include "tools/drill/options.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/memory.h"
#include "tools/processes/test_command.h"
#include "tools/replay/options.h"
#include "tools/replay/replay_command.h"
#include "tools/serve/options.h"
#include "tools/serve/serve_command.h"
#include "tools/sim/options.h"
#include "tools/sim/sim_command.h"
#include "tools/trace/options.h"
#include "tools/trace/trace_command.h"

namespace {

using hearsay::BadCommandLine;
using hearsay::CommandLine;
using hearsay::bench::TestOptions;
using hearsay::challenges::ChallengesOptions;
using hearsay::check::CheckCommandOptions;
using hearsay::compare::CompareOptions;
using hearsay::drill::DrillOptions;
using hearsay::replay::ReplayOptions;
using hearsay::sim::SimOptions;
using hearsay::traces::TraceOptions;

// Cuts off what stands behind "--": it belongs to the node, whatever it looks like.
std::vector<std::string> cut_node_arguments(std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> rest(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return rest;
}

// "help", "help COMMAND" and "help COMMAND ITS-COMMAND" are asked for as --help. A command that
// does not exist is left to the parser, which knows the nearest.
void turn_help_into_an_option(const CommandLine& app, std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "help") return;
  arguments.erase(arguments.begin());
  if (!arguments.empty() && app.find_subcommand(arguments.front()) == nullptr) {
    arguments.resize(1);
    return;
  }
  const CommandLine* command = &app;
  for (const std::string& name : arguments) {
    command = command->find_subcommand(name);
    if (command == nullptr) throw BadCommandLine("help", "there is no command " + name);
  }
  arguments.emplace_back("--help");
}

// A subcommand: what is done with its options once they are read.
struct Tool {
  const char* name;
  const char* about;
  std::function<void(CommandLine&)> add_options;
  std::function<void()> resolve;
  std::function<int()> run;
  int refusal = hearsay::bench::kExitBadArguments;  // the exit code for a bad command line
  CommandLine* command = nullptr;
};

// Says what is wrong. `chosen`: " cluster up".
void refuse(const BadCommandLine& problem, const std::string& chosen,
            const std::vector<std::string>& arguments,
            const std::vector<std::string>& node_arguments) {
  const std::string name = chosen.substr(0, chosen.find(' ', 1));
  hearsay::bench::tell("hearsay{0}: {1}\nhearsay{0} --help says more.\n", chosen,
                       hearsay::bench::in_words_of_challenge(problem.what(), arguments));
  const bool runs_nodes = name != " serve" && name != " show" && name != " trace" &&
                          name != " bench" && name != " check" && name != " replay" &&
                          name != " call";
  const bool unknown = dynamic_cast<const hearsay::UnknownOption*>(&problem) != nullptr;
  const std::string_view words = problem.what();
  const bool is_behind_dashes =
      std::any_of(node_arguments.begin(), node_arguments.end(), [&](const std::string& argument) {
        return !argument.empty() && words.find(argument) != std::string_view::npos;
      });
  if (unknown && runs_nodes && !is_behind_dashes) {
    hearsay::bench::tell("Options of hearsay-node, like --gossip, go behind \"--\".\n");
  }
  const std::string meaning = hearsay::bench::meaning_of_challenge(arguments);
  if (!meaning.empty()) hearsay::bench::tell("{}\n", meaning);
}

}  // namespace

int main(int argc, char** argv) {
  hearsay::fill_standard_descriptors(O_RDONLY);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  TestOptions options;
  SimOptions sim_options;
  CompareOptions compare_options;
  ChallengesOptions challenges_options;
  CheckCommandOptions check_options;
  DrillOptions drill_options;
  hearsay::serve::ServeOptions serve_options;
  hearsay::serve::ShowOptions show_options;
  TraceOptions trace_options;
  hearsay::measure::BenchOptions measure_options;
  ReplayOptions replay_options;
  hearsay::cluster::AttachOptions attach_options;
  hearsay::cluster::CallOptions call_options;
  hearsay::cluster::ClusterOptions cluster_options;
  hearsay::cluster::TestBusOptions test_bus_options;
  const std::string program = std::filesystem::path(argc > 0 ? argv[0] : "hearsay").filename();
  sim_options.program = challenges_options.program = program;
  sim_options.command_line = arguments;
  if (argc > 0) cluster_options.program = argv[0];
  const std::string command = hearsay::bench::as_typed(program, arguments);
  challenges_options.node_arguments = cut_node_arguments(arguments);
  attach_options.node_arguments = cluster_options.node_arguments =
      challenges_options.node_arguments;
  for (TestOptions* each :
       {&options, &sim_options.test, &compare_options.test, &drill_options.test}) {
    each->command = command;
    each->node_arguments = challenges_options.node_arguments;
  }
  hearsay::bench::spell_out_challenge(arguments);

  std::vector<Tool> tools = {
      {"test", "Run nodes under Maelstrom's network, workloads and checkers, without a JVM",
       [&](CommandLine& line) {
         add_test_options(line, options);
         add_test_bus_options(line, test_bus_options);
       },
       [&] {
         resolve(test_bus_options, options);
         resolve(options);
       },
       [&] {
         return test_bus_options.bus.url.empty()
                    ? hearsay::bench::run_test(options)
                    : hearsay::cluster::run_test_on_bus(options, test_bus_options);
       }},
      {"sim", "The same in virtual time: simulated nodes in one process, repeated by a seed",
       [&](CommandLine& line) { add_sim_options(line, sim_options); },
       [&] { resolve(sim_options); }, [&] { return hearsay::sim::run_sim(sim_options); }},
      {"challenges", "All challenges of Gossip Glomers, one after the other: a line each",
       [&](CommandLine& line) { add_challenges_options(line, challenges_options); },
       [&] { resolve(challenges_options); },
       [&] { return hearsay::challenges::run_challenges(challenges_options); }},
      {"check", "Judge a recorded history: of Maelstrom, or of hearsay test",
       [&](CommandLine& line) { add_check_options(line, check_options); },
       [&] { resolve(check_options); }, [&] { return hearsay::check::run_check(check_options); }},
      {"drill", "Kill workers or whole nodes again and again, under load: what came of it",
       [&](CommandLine& line) { add_drill_options(line, drill_options); },
       [&] { resolve(drill_options); }, [&] { return hearsay::drill::run_drill(drill_options); }},
      {"compare", "Strategies and latency budgets side by side: a table, a picture, with faults",
       [&](CommandLine& line) { add_compare_options(line, compare_options); },
       [&] { resolve(compare_options); },
       [&] { return hearsay::compare::run_compare(compare_options); }},
      {"serve", "The runs in the store for a browser: verdicts, pages, logs, results",
       [&](CommandLine& line) { add_serve_options(line, serve_options); },
       [&] { resolve(serve_options); }, [&] { return hearsay::serve::run_serve(serve_options); }},
      {"show", "The report of a run, again",
       [&](CommandLine& line) { add_show_options(line, show_options); },
       [&] { resolve(show_options); }, [&] { return hearsay::serve::run_show(show_options); }},
      {"trace", "What happened in a run, from the traces that its nodes left",
       [&](CommandLine& line) { add_trace_options(line, trace_options); },
       [&] { resolve(trace_options); }, [&] { return hearsay::traces::run_trace(trace_options); }},
      {"bench", "Ours beside others: the ring, a node, many nodes, what a commit costs",
       [&](CommandLine& line) { add_bench_options(line, measure_options); }, [] {},
       [&] { return hearsay::measure::run_bench(measure_options); }},
      {"replay", "A recorded node, run again: the same outputs, or where they first differ",
       [&](CommandLine& line) { add_replay_options(line, replay_options); },
       [&] { resolve(replay_options); },
       [&] { return hearsay::replay::run_replay(replay_options); }},
      {"attach", "A node on a NATS bus: its stdin and stdout carried over subjects",
       [&](CommandLine& line) { add_attach_options(line, attach_options); },
       [&] { resolve(attach_options); },
       [&] { return hearsay::cluster::run_attach(attach_options); }, hearsay::cluster::kExitUsage},
      {"call", "One request to one node on the bus, from the shell",
       [&](CommandLine& line) { add_call_options(line, call_options); },
       [&] { resolve(call_options); }, [&] { return hearsay::cluster::run_call(call_options); },
       hearsay::cluster::kExitUsage},
      {"cluster", "Nodes on a NATS bus together: up, status, a demo, permissions",
       [&](CommandLine& line) { add_cluster_options(line, cluster_options); },
       [&] { resolve(cluster_options); }, [&] { return cluster_options.chosen(cluster_options); },
       hearsay::cluster::kExitUsage}};
  // A file that has become too large is an error of the write, with words, and not the end.
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  hearsay::bench::survive_stray_signals();
  hearsay::bench::name_the_lack_of_memory();
  CommandLine app("Tools for hearsay: gossip nodes that keep going while their workers die",
                  "hearsay");
  app.add_version("hearsay " + std::string(hearsay::version()));
  app.footer(
      "hearsay help COMMAND tells what a command takes. The node itself: hearsay-node --help");
  app.require_subcommand();
  for (Tool& tool : tools) {
    tool.command = &app.add_subcommand(tool.name, tool.about);
    tool.add_options(*tool.command);
  }
  const auto chosen = [&] {
    return std::find_if(tools.begin(), tools.end(),
                        [](const Tool& tool) { return tool.command->is_chosen(); });
  };
  try {
    turn_help_into_an_option(app, arguments);
    if (app.parse(arguments) == CommandLine::Outcome::answered) return hearsay::bench::kExitValid;
    chosen()->resolve();
  } catch (const BadCommandLine& problem) {
    const auto tool = chosen();
    refuse(problem, app.chosen_names(), arguments, challenges_options.node_arguments);
    return tool == tools.end() ? hearsay::bench::kExitBadArguments : tool->refusal;
  } catch (const std::exception& error) {
    hearsay::bench::tell("hearsay: {}\n", error.what());
    return hearsay::bench::kExitRunFailed;
  }
  return chosen()->run();
}
