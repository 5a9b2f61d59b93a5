#include "tools/console/options.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <utility>

#include "common/base/own_program.h"
#include "common/options/command_line.h"
#include "tools/console/challenge.h"
#include "tools/console/foreign_options.h"
#include "tools/console/lateness_file.h"
#include "tools/console/number_range.h"

namespace hearsay::bench {
namespace {

std::size_t parse_concurrency(const std::string& text, std::size_t node_count) {
  char* rest = nullptr;
  const unsigned long number = std::strtoul(text.c_str(), &rest, 10);
  const std::string unit = rest;
  const bool digits = !text.empty() && text[0] >= '0' && text[0] <= '9';
  if (!digits || number == 0 || number > 1'000'000 || (!unit.empty() && unit != "n")) {
    throw BadCommandLine("--concurrency",
                         "a positive number, or one followed by n, not \"" + text + "\"");
  }
  return unit == "n" ? number * node_count : number;
}

LatenessOptions resolve_lateness(const TestOptions& options) {
  if (options.lateness == "none") return {LatenessKind::none};
  if (options.lateness == "maelstrom") return {LatenessKind::maelstrom, options.lateness_scale};
  return {LatenessKind::recorded, options.lateness_scale, read_lateness_file(options.lateness)};
}

}  // namespace

std::optional<double> parse_availability(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "total") return 1.0;
  char* rest = nullptr;
  const double fraction = std::strtod(text.c_str(), &rest);
  const bool is_fraction = *rest == '\0' && fraction >= 0 && fraction <= 1;  // NaN is not
  if (!is_fraction) {
    throw BadCommandLine("--availability",
                         "either total or a number from 0 to 1, not \"" + text + "\"");
  }
  return fraction;
}

void add_network_options(CommandLine& command, TestOptions& options) {
  command.add("--latency", options.latency_ms, "Mean latency between nodes, in ms")
      .between(kNothing, kLargest)
      .value_name("MS");
  command.add("--latency-dist", options.latency_distribution, "How latencies are distributed")
      .one_of({"constant", "uniform", "exponential"})
      .value_name("TYPE");
  command
      .add(
          "--lateness", options.lateness,
          "How much later than that messages between nodes arrive: none, maelstrom (as on the real "
          "one when the machine is busy), or a file with recorded hops, a CSV with a column hop_ms")
      .value_name("WHAT");
  command.add("--lateness-scale", options.lateness_scale, "Times as late")
      .between(kNothing, 1000)
      .value_name("X");
  command.add("--topology", options.topology, "The neighbours that broadcast nodes are told")
      .one_of({"line", "grid", "tree", "tree2", "tree3", "tree4", "total"})
      .value_name("SHAPE");
  command.add_flag("--no-head-of-line-blocking", options.no_head_of_line_blocking,
                   "Deliver each message when it is due, instead of behind the one that the "
                   "node's queue is holding, as Maelstrom does");
}

void add_load_options(CommandLine& command, TestOptions& options, std::int64_t most_nodes) {
  auto count = command.add("--node-count", options.node_count,
                           options.node_count == kNobodySaid
                               ? "How many nodes: n0 and up (default: 5, n1 to n5, as Maelstrom's)"
                               : "How many nodes: n0 and up");
  count.between(1, static_cast<double>(most_nodes)).value_name("N");
  if (options.node_count == kNobodySaid) count.hide_default();
  command.add("--time-limit", options.time_limit_s, "How long the load lasts, in seconds")
      .between(kSmallest, kLargest)
      .value_name("S");
  command
      .add("--recovery", options.recovery_s,
           "How long the nodes have, after the load, before the final reads, in seconds")
      .between(kNothing, kLargest)
      .value_name("S");
  command.add("--rate", options.rate_hz, "Operations a second, on average")
      .between(kNothing, kLargest)
      .value_name("HZ");
  command
      .add("--concurrency", options.concurrency,
           "How many clients; 4n means four times the number of nodes")
      .value_name("NUMBER");
  command
      .add("--dispatch-delay-us", options.dispatch_delay_us,
           "How much later than planned each operation starts, in microseconds; the "
           "default is what Jepsen needs, 0 gives the full --rate")
      .between(kNothing, kLargest)
      .value_name("US");
  command
      .add("--linger-ms", options.linger_ms,
           "How long the nodes go on after the final reads, in ms. Under Maelstrom they do "
           "while Jepsen writes the history")
      .between(kNothing, kLargest)
      .value_name("MS");
  command
      .add("--availability", options.availability,
           "Which fraction of the operations must succeed: a number from 0 to 1, or total")
      .value_name("FRACTION");
}

void add_test_options(CommandLine& command, TestOptions& options, std::int64_t most_nodes) {
  command
      .add("--challenge", options.challenge,
           "A challenge of Gossip Glomers: stands for its flags, and its limits are looked at")
      .one_of(challenge_names())
      .value_name("NAME");
  command
      .add("-w,--workload", options.workload,
           "What the clients do. Needed where --challenge does not say it")
      .one_of(workload_names())
      .value_name("NAME");
  command
      .add("--bin", options.binary,
           "The program that is a node (default: hearsay-node beside this program)")
      .value_name("FILE");
  add_load_options(command, options, most_nodes);
  add_network_options(command, options);
  add_workload_options(command, options.workload_flags);
  add_fault_options(command, options.faults);
  command.add_flag("--log-stderr", options.log_stderr, "Show what the nodes write to stderr");
  command.add_flag("--log-net-send", options.log_net_send, "Show each message that is sent");
  command.add_flag("--log-net-recv", options.log_net_recv, "Show each message that arrives");
  command
      .add("--test-count", options.test_count,
           "Runs one after the other, up to the first that isn't valid")
      .between(1, kLargest)
      .value_name("N");
  command.add_flag(
      "--strict", options.strict,
      "Forgive nothing: what Maelstrom does not look at (a value twice in one read, "
      "a value that nobody sent, a request answered twice, a message that answers none) "
      "makes the run invalid, and nothing more is read from a node after a line that is no "
      "message");
  command.add_flag("--record", options.record,
                   "Keep a recording of each node, and the network's order, in the run's folder: "
                   "hearsay replay runs them again");
  command.add_flag("--no-page", options.no_page,
                   "Leave no report.html, and keep no messages for it");
  command.add_flag("--no-plots", options.no_page,
                   "The same: the page has taken the place of the plots");
  command.add("--seed", options.given_seed, "Repeats the random choices of another run")
      .value_name("N");
  command.add("--store", options.store, "Where the results go").value_name("DIR");
  refuse_foreign_options(command);
  command.footer([&options] {
    return explain_workload(options.workload) +
           "Behind -- follow arguments for the node.\n"
           "Exit codes: 0 valid, 1 invalid, 2 unknown, 130 interrupted, 254 bad arguments, 255 the "
           "run could not go on, or a file could not be written.\n"
           "Example: hearsay test -w broadcast --node-count 5 --time-limit 20 --rate 10 "
           "--nemesis partition -- --gossip push";
  });
}

bool runs_our_node(const TestOptions& options) {
  return options.binary.empty() || options.binary == kSimulated ||
         std::filesystem::path(options.binary).filename() == "hearsay-node";
}

bool keeps_messages(const TestOptions& options) {
  return !options.no_page && static_cast<std::size_t>(options.node_count) <= kMostNodesLogged;
}

void resolve(TestOptions& options) {
  if (options.workload.empty()) {
    throw BadCommandLine("--workload, or --challenge, is required");
  }
  options.arguments_given = !options.node_arguments.empty();
  const Challenge* challenge = find_challenge(options.challenge);
  if (challenge != nullptr && options.node_arguments.empty() && runs_our_node(options)) {
    options.node_arguments = challenge->own_arguments;
  }
  if (runs_our_node(options) && options.binary != kSimulated) {
    switch_on_workload(options.workload, options.node_arguments);
  }
  if (options.record && !runs_our_node(options)) {
    throw BadCommandLine("--record",
                         "hearsay-node records itself; " + options.binary + " is another program");
  }
  if (options.node_count == kNobodySaid) {
    options.node_count = kUsualNodeCount;
    options.first_node = 1;
  }
  options.seed = options.given_seed ? *options.given_seed : std::random_device()();
  options.thread_count =
      parse_concurrency(options.concurrency, static_cast<std::size_t>(options.node_count));
  options.wanted_availability = parse_availability(options.availability);
  options.shape = parse_topology(options.topology).value_or(Topology::grid);
  options.network.latency = {
      options.latency_ms,
      parse_distribution(options.latency_distribution).value_or(LatencyDistribution::constant)};
  options.network.carried_elsewhere = options.binary == kAttached;
  // What others carry waits for nobody.
  options.network.head_of_line_blocking =
      !options.no_head_of_line_blocking && !options.network.carried_elsewhere;
  options.network.lateness = resolve_lateness(options);
  options.network.wire = resolve_wire(options.faults, options.latency_ms);
  options.nemesis = resolve_nemesis(options.faults);
  if (options.binary.empty()) {
    options.binary = own_program().parent_path() / "hearsay-node";
  }
}

void use_nodes(TestOptions& options, std::vector<std::string> names) {
  options.node_count = static_cast<std::int64_t>(names.size());
  options.thread_count = parse_concurrency(options.concurrency, names.size());
  options.attached_nodes = std::move(names);
}

RunOptions run_options(const TestOptions& options) {
  RunOptions run;
  run.concurrency = options.thread_count;
  run.rate_hz = options.rate_hz;
  run.time_limit_ns = static_cast<std::int64_t>(options.time_limit_s * 1e9);
  run.recovery_ns = static_cast<std::int64_t>(options.recovery_s * 1e9);
  run.dispatch_delay_ns = static_cast<std::int64_t>(options.dispatch_delay_us * 1e3);
  run.linger_ns = static_cast<std::int64_t>(options.linger_ms * 1e6);
  run.seed = options.seed;
  run.nemesis = options.nemesis;
  run.operations = options.operations;
  return run;
}

WorkloadOptions workload_options(const TestOptions& options) {
  WorkloadOptions workload;
  workload.topology = options.shape;
  workload.nodes = node_names(options);
  workload.concurrency = options.thread_count;
  workload.latency_ms = options.latency_ms;
  workload.key_count = static_cast<std::size_t>(options.workload_flags.key_count);
  workload.max_txn_length = static_cast<std::size_t>(options.workload_flags.max_txn_length);
  workload.max_writes_per_key = options.workload_flags.max_writes_per_key;
  workload.consistency_models = options.workload_flags.consistency_models;
  return workload;
}

void refuse_what_can_not_run(const TestOptions& options) {
  const std::string why = why_not_run(options.workload, workload_options(options));
  if (!why.empty()) throw std::runtime_error(why);
}

std::vector<std::string> node_names(const TestOptions& options) {
  if (!options.attached_nodes.empty()) return options.attached_nodes;
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < options.node_count; ++i) {
    names.push_back(fmt::format("n{}", options.first_node + i));
  }
  return names;
}

nlohmann::json to_json(const TestOptions& options) {
  nlohmann::json json = {{"workload", options.workload},
                         {"bin", options.binary},
                         {"node-count", options.node_count},
                         {"time-limit", options.time_limit_s},
                         {"recovery", options.recovery_s},
                         {"rate", options.rate_hz},
                         {"concurrency", options.thread_count},
                         {"latency", options.latency_ms},
                         {"latency-dist", options.latency_distribution},
                         {"lateness", options.lateness},
                         {"lateness-scale", options.lateness_scale},
                         {"topology", options.topology},
                         {"dispatch-delay-us", options.dispatch_delay_us},
                         {"linger-ms", options.linger_ms},
                         {"availability", options.availability},
                         {"head-of-line-blocking", !options.no_head_of_line_blocking},
                         {"strict", options.strict},
                         {"seed", options.seed},
                         {"args", options.node_arguments}};
  add_to_json(json, options.faults);
  add_to_json(json, options.workload_flags);
  return json;
}

}  // namespace hearsay::bench
