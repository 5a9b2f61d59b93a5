#include "tools/sim/options.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <string_view>

#include "common/base/units.h"
#include "common/options/command_line.h"
#include "tools/console/command_text.h"
#include "tools/sim/node_arguments.h"
#include "worker/core/service_list.h"

namespace hearsay::sim {
namespace {

constexpr std::int64_t kMostNodes = 100'000;
// Up to here journals are kept in every run, and compared with the workers at its end.
constexpr std::int64_t kJournalsAlways = 100;

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

void parse_seeds(SimOptions& options) {
  const std::string_view text = options.seeds;
  const auto dots = text.find("..");
  const auto first = parse_number(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_number(text.substr(dots + 2));
  if (!first || !last || *first > *last) {
    throw BadCommandLine("--seeds",
                         "a seed, or a range like 1..1000, not \"" + options.seeds + "\"");
  }
  options.first_seed = *first;
  options.last_seed = *last;
}

// A swarm draws everything itself, a scenario says all: what was asked for beside it would be
// forgotten.
void refuse_beside_seeds(CommandLine& command, const SimOptions& options) {
  command.on_parsed([&command, &options] {
    const std::vector<std::string> given = command.given();
    for (const std::string& name : given) {
      if (!options.scenario.empty() && name == "--store") {
        throw BadCommandLine(name, "not beside --scenario: of that run nothing is kept");
      }
      if (!options.scenario.empty() && name != "--scenario") {
        throw BadCommandLine(name, "not beside --scenario: the file says it");
      }
      if (name == "--seeds" || name == "--jobs" || name == "--store") continue;
      if (options.seeds.empty()) continue;
      throw BadCommandLine(name, "not beside --seeds: a swarm draws it itself");
    }
    if (options.seeds.empty() && options.jobs != 0) throw BadCommandLine("--jobs", "needs --seeds");
  });
}

// As a person would: a service of the workload's name that is not switched on by itself.
std::string workload_for(const std::string& given, const std::string& test_workload) {
  if (given != core::kAutoWorkload) return given;
  const auto services = core::services();
  const bool named = std::any_of(services.begin(), services.end(), [&](const auto& entry) {
    return entry.name == test_workload && !entry.in_auto;
  });
  return named ? test_workload : given;
}

}  // namespace

void add_sim_options(CommandLine& command, SimOptions& options) {
  add_test_options(command, options.test, kMostNodes);
  command
      .add("--seeds", options.seeds,
           "A swarm: one run a seed, each of which draws its own cluster, load and faults; "
           "stops at the first violation, shows what led to it and the smallest scenario that "
           "does, kept in the store. Alone or with --jobs and --store")
      .value_name("A..B");
  command
      .add("--scenario", options.scenario,
           "Runs the scenario in a file, as a swarm leaves it. Alone")
      .value_name("FILE");
  command.add("--jobs", options.jobs, "Swarm: runs at a time (default: as many as cores)")
      .between(1, 1024)
      .hide_default()
      .value_name("N");
  command
      .add("--clock-skew", options.clock_skew_ms,
           "The nodes' clocks are off by up to so much, in ms, either way")
      .between(0.0, 1e9)
      .value_name("MS");
  command
      .add("--compact-probability", options.compact_probability,
           "How likely a worker compacts its journal after a step")
      .between(0.0, 1.0)
      .value_name("P");
  refuse_beside_seeds(command, options);
  command.footer([&options] {
    return bench::explain_workload(options.test.workload) +
           "Behind -- follow options of hearsay-node. The same seed gives the same run, byte for "
           "byte.\n"
           "Exit codes: 0 valid, 1 invalid, 2 unknown, 130 interrupted, 254 bad arguments, 255 the "
           "run could not go on, or a file could not be written.\n"
           "Example: hearsay sim -w broadcast --node-count 1000 --latency 100 -- --gossip flood\n"
           "         hearsay sim --seeds 1..1000";
  });
}

void resolve(SimOptions& options) {
  if (!options.scenario.empty()) {
    if (!options.test.node_arguments.empty()) {
      throw BadCommandLine("--scenario", "the file says the nodes' options");
    }
    return;
  }
  if (!options.seeds.empty()) {
    parse_seeds(options);
    if (!options.test.node_arguments.empty()) {
      throw BadCommandLine("--seeds", "a swarm draws the nodes' options itself");
    }
    return;
  }
  if (options.test.workload.empty()) {
    throw BadCommandLine(
        "--workload (or --seeds for a swarm, or --scenario for a file) is required");
  }
  if (!options.test.binary.empty()) {
    throw BadCommandLine("--bin",
                         "simulated nodes run the worker's core that is built in; other "
                         "programs run under hearsay test");
  }
  parse_node_arguments(options.test.node_arguments);
  options.test.binary = bench::kSimulated;
  resolve(options.test);
}

ClusterOptions make_cluster_options(const SimOptions& options) {
  const NodeOptions node = parse_node_arguments(options.test.node_arguments);
  ClusterOptions cluster;
  cluster.services = node.services;
  cluster.services.workload = workload_for(node.services.workload, options.test.workload);
  cluster.care = node.care;
  cluster.max_skew_ns = static_cast<std::int64_t>(options.clock_skew_ms * kNsPerMs);
  cluster.compact_probability = options.compact_probability;
  cluster.strict = options.test.strict;
  const auto& nemeses = options.test.nemesis.interval_ns;
  const bool workers_die =
      nemeses.count(bench::Fault::kill_worker) + nemeses.count(bench::Fault::pause_worker) > 0;
  cluster.keep_journals = workers_die || node.care.chaos_kill_ms > 0 ||
                          options.compact_probability > 0 ||
                          options.test.node_count <= kJournalsAlways;
  return cluster;
}

std::string repeat_command(const SimOptions& options) {
  std::vector<std::string> words;
  const auto& typed = options.command_line;
  const auto dashes = std::find(typed.begin(), typed.end(), "--");
  for (auto word = typed.begin(); word != dashes; ++word) {
    if (*word == "--seed") {
      if (std::next(word) != dashes) ++word;
    } else if (!word->starts_with("--seed=")) {
      words.push_back(*word);
    }
  }
  words.insert(words.end(), {"--seed", std::to_string(options.test.seed)});
  words.insert(words.end(), dashes, typed.end());
  return bench::as_typed(options.program, words);
}

}  // namespace hearsay::sim
