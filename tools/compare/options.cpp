#include "tools/compare/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "common/options/command_line.h"
#include "tools/console/count_text.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/sim/node_arguments.h"

namespace hearsay::compare {
namespace {

constexpr std::int64_t kMostSimulatedNodes = 20'000;
constexpr std::int64_t kMostRealNodes = 1000;

std::vector<std::string> condition_names() {
  std::vector<std::string> names;
  for (const Condition& condition : conditions()) names.emplace_back(condition.name);
  return names;
}

std::vector<std::string_view> default_condition_names() {
  std::vector<std::string_view> names;
  for (const Condition& condition : conditions()) {
    if (condition.by_default) names.push_back(condition.name);
  }
  return names;
}

void add_own_options(CommandLine& command, CompareOptions& options) {
  command
      .add("-c,--contestant", options.contestant_texts,
           "Who takes part: NAME, NAME:BUDGET (ms), and further options of hearsay-node, in "
           "quotes. Again for each (default: relay with several budgets, epidemic, push, "
           "flood)")
      .one_at_a_time()
      .value_name("TEXT");
  command
      .add("--condition", options.condition_names,
           fmt::format("What they go through, separated by commas (default: {})",
                       fmt::join(default_condition_names(), ", ")))
      .separated_by_commas()
      .one_of(condition_names())
      .value_name("NAMES");
  command
      .add("--seeds", options.seeds,
           "Runs of each contestant under each condition; the figures are their medians")
      .between(1, 1000)
      .value_name("N");
  command.add("--seed", options.seed, "Of the first of these runs").value_name("N");
  command.add("--jobs", options.jobs, "Runs at a time (default: as many as cores; with --real one)")
      .between(1, 1024)
      .hide_default()
      .value_name("N");
  command.add_flag("--real", options.real,
                   "Real processes in real time, as hearsay test, instead of the simulator");
  command.add_flag("--no-plots", options.no_picture, "Draw no picture (it needs gnuplot)");
}

void resolve_contestants(CompareOptions& options) {
  if (options.contestant_texts.empty()) options.contestant_texts = default_contestants();
  options.contestants.clear();
  for (const std::string& text : options.contestant_texts) {
    options.contestants.push_back(parse_contestant(text));
  }
}

void resolve_conditions(CompareOptions& options) {
  const auto& wanted = options.condition_names;
  options.conditions.clear();
  for (const Condition& condition : conditions()) {
    const bool named = std::find(wanted.begin(), wanted.end(), condition.name) != wanted.end();
    if (wanted.empty() ? condition.by_default : named) options.conditions.push_back(condition);
  }
}

// A program that is not ours kills no worker of its own, whatever option it is given.
void refuse_kills_by_others(CompareOptions& options) {
  if (!options.real || options.test.binary.empty() || runs_our_node(options.test)) return;
  const auto is_kills = [](const auto& condition) { return condition == kKillsCondition; };
  if (std::any_of(options.condition_names.begin(), options.condition_names.end(), is_kills)) {
    throw BadCommandLine("--condition",
                         "kills are hearsay-node's own, and mean nothing to another --bin: try "
                         "hearsay test --nemesis kill-worker or kill");
  }
  std::erase_if(options.conditions,
                [&](const Condition& condition) { return is_kills(condition.name); });
}

// Real nodes have options that the simulator does not know, and say themselves what is wrong.
void check_arguments(const CompareOptions& options, const Plan& plan) {
  const Contestant& contestant = options.contestants[plan.contestant];
  Contestant known = contestant;
  if (options.real) known.other_arguments.clear();
  try {
    sim::parse_node_arguments(options.real ? node_arguments(known)
                                           : test_options(options, plan).node_arguments);
  } catch (const BadCommandLine& error) {
    throw BadCommandLine("--contestant",
                         fmt::format("\"{}\" under {}: {}", name_of(contestant),
                                     options.conditions[plan.condition].name, error.what()));
  }
}

}  // namespace

CompareOptions::CompareOptions() {
  test.workload = "broadcast";
  test.node_count = 25;
  test.rate_hz = 100;
  test.latency_ms = 100;
  test.time_limit_s = 20;
}

void add_compare_options(CommandLine& command, CompareOptions& options) {
  add_own_options(command, options);
  add_load_options(command, options.test, kMostSimulatedNodes);
  add_network_options(command, options.test);
  command
      .add("--bin", options.test.binary,
           "With --real: the program that is a node (default: hearsay-node beside this one)")
      .value_name("FILE");
  command.add("--store", options.test.store, "Where the results go").value_name("DIR");
  command.footer(
      "Behind -- follow options of hearsay-node for all contestants.\n"
      "Exit codes: 0 every run is valid (but for flood, which may lose values when messages get "
      "lost), 1 one isn't, 130 interrupted, 254 bad arguments, 255 the comparison could not go on, "
      "or a file could not be written.\n"
      "Example: hearsay compare -c relay:250 -c \"push --gossip-interval-ms 100\" --condition "
      "no-fault,loss");
}

void resolve(CompareOptions& options) {
  resolve_contestants(options);
  resolve_conditions(options);
  refuse_kills_by_others(options);
  if (options.real && options.test.node_count > kMostRealNodes) {
    throw BadCommandLine("--node-count", fmt::format("with --real at most {}", kMostRealNodes));
  }
  if (!options.real && !options.test.binary.empty()) {
    throw BadCommandLine("--bin", "needs --real: the simulator has its nodes built in");
  }
  if (options.jobs == 0) {
    const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
    options.jobs = options.real ? 1 : std::max<std::int64_t>(1, cores);
  }
  test_options(options, plan_of(options, 0));  // what is wrong with all of them
  for (std::size_t i = 0; i < count_runs(options); ++i) {
    check_arguments(options, plan_of(options, i));
  }
}

std::size_t count_runs(const CompareOptions& options) {
  return options.conditions.size() * options.contestants.size() *
         static_cast<std::size_t>(options.seeds);
}

Plan plan_of(const CompareOptions& options, std::size_t number) {
  const auto seeds = static_cast<std::size_t>(options.seeds);
  const std::size_t cell = number / seeds;
  return {cell % options.contestants.size(), cell / options.contestants.size(),
          options.seed + number % seeds};
}

bench::TestOptions test_options(const CompareOptions& options, const Plan& plan) {
  bench::TestOptions test = options.test;
  const auto own = node_arguments(options.contestants[plan.contestant]);
  test.node_arguments.insert(test.node_arguments.end(), own.begin(), own.end());
  if (!options.conditions[plan.condition].late) test.lateness = "none";
  options.conditions[plan.condition].impose(test);
  test.given_seed = plan.seed;
  test.no_page = true;
  test.strict = true;
  resolve(test);
  if (!options.real) test.binary = bench::kSimulated;
  return test;
}

bool is_challenge_3d(const CompareOptions& options) {
  const CompareOptions usual;
  return options.test.node_count == usual.test.node_count &&
         options.test.rate_hz == usual.test.rate_hz &&
         options.test.latency_ms == usual.test.latency_ms &&
         options.test.latency_distribution == usual.test.latency_distribution &&
         !options.test.no_head_of_line_blocking;
}

std::string describe_setting(const CompareOptions& options) {
  const bench::TestOptions& test = options.test;
  const std::string runs = options.seeds > 1 ? fmt::format("medians of {} runs", options.seeds)
                                             : std::string("one run each");
  return fmt::format(
      "{} ({}), {} ms a hop, {:g} operations a second for {:g} s, {}",
      bench::count_text(test.node_count, options.real ? "real node" : "simulated node") +
          (test.binary.empty() ? "" : " of " + bench::printable(test.binary)),
      test.topology, test.latency_ms, test.rate_hz, test.time_limit_s, runs);
}

}  // namespace hearsay::compare
