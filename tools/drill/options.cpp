#include "tools/drill/options.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "common/base/units.h"
#include "tools/console/number_range.h"
#include "tools/experiment/clients/workload.h"

namespace hearsay::drill {
namespace {

constexpr double kMostNodes = 200;
// What one node writes to stderr of so many deaths still fits into its log (NodeLog::kMostBytes).
constexpr double kMostKills = 90'000;
constexpr double kMostValues = 1'000'000;
constexpr double kLongestS = 3600;
constexpr double kDefaultRateHz = 100;
constexpr double kDefaultRecoveryS = 10;
// Clients of the load for each node: one that waits for a killed node does not hold up the rest.
constexpr const char* kClientsANode = "4n";

double unit_ns(std::string_view unit) {
  if (unit == "us") return 1e3;
  if (unit.empty() || unit == "ms") return 1e6;
  if (unit == "h") return kLongestS * 1e9;
  return unit == "s" ? 1e9 : 0;
}

bool names_a_state_directory(const std::string& argument) {
  return argument == "--state-dir" || argument.starts_with("--state-dir=");
}

}  // namespace

DrillOptions::DrillOptions() {
  test.workload = "broadcast";
  test.node_count = bench::kUsualNodeCount;
  test.rate_hz = kDefaultRateHz;
  test.recovery_s = kDefaultRecoveryS;
  test.concurrency = kClientsANode;
  test.lateness = "none";
}

std::int64_t parse_duration_ns(const std::string& option, const std::string& text) {
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  const double ns = number * unit_ns(rest);
  const bool digits = !text.empty() && text[0] >= '0' && text[0] <= '9';
  if (!digits || !std::isfinite(ns) || ns < 1e3 || ns > kLongestS * 1e9) {
    throw BadCommandLine(option,
                         "a time from 1us to 1h, as 500us, 20ms or 1.5s, not \"" + text + "\"");
  }
  return static_cast<std::int64_t>(ns);
}

void add_drill_options(CommandLine& command, DrillOptions& options) {
  command.add("--nodes", options.test.node_count, "How many nodes: n0 and up")
      .between(1, kMostNodes)
      .value_name("N");
  command.add("--kills", options.kills, "How many kills (with --stop: kills and stops)")
      .between(1, kMostKills)
      .value_name("N");
  command
      .add("--every", options.every,
           "The mean time between two of them, all nodes together; each comes at a random moment. "
           "Without a unit: ms")
      .value_name("TIME");
  command
      .add("--target", options.target_name,
           "What is killed: the worker, the whole node (which is started again and goes on from "
           "its --state-dir), or now the one, now the other")
      .one_of({"worker", "node", "both"})
      .value_name("WHAT");
  command.add_flag("--stop", options.stops,
                   "Every second time a SIGSTOP instead of a SIGKILL, and a SIGCONT later");
  command
      .add("--stop-for", options.stop_for,
           "How long what is stopped stands still, on average (0 to twice as long)")
      .value_name("TIME");
  command.add("--under", options.test.workload, "What the clients do meanwhile")
      .one_of({"echo", "unique-ids", "broadcast"})
      .value_name("WORKLOAD");
  command
      .add("--values", options.values,
           "So many values are given to the nodes before the first kill (broadcast): what a "
           "large state costs")
      .between(bench::kNothing, kMostValues)
      .value_name("N");
  command
      .add("--rate", options.test.rate_hz,
           "Operations of the load a second, all nodes together. Beside it a probe asks each node "
           "again as soon as it is answered")
      .between(bench::kNothing, bench::kLargest)
      .value_name("HZ");
  command
      .add("--recovery", options.test.recovery_s,
           "How long the nodes have before the final reads (broadcast), in seconds")
      .between(bench::kNothing, bench::kLargest)
      .value_name("S");
  command
      .add("--bin", options.test.binary,
           "The program that is a node (default: hearsay-node beside this program)")
      .value_name("FILE");
  command.add_flag("--no-page", options.test.no_page, "Leave no report.html");
  command.add("--seed", options.test.given_seed, "Repeats the random choices of another drill")
      .value_name("N");
  command.add("--store", options.test.store, "Where the results go").value_name("DIR");
  command.footer(
      "Behind -- follow arguments for the node.\n"
      "Exit codes: 0 nothing was found, 1 something was, 2 nothing was hit or proved, 130 "
      "interrupted, 254 bad arguments, 255 the drill could not go on, or a file could not be "
      "written.\n"
      "Example: hearsay drill --kills 200 --under echo\n"
      "         hearsay drill --kills 100 --every 200ms --target node");
}

void resolve(DrillOptions& options) {
  bench::resolve(options.test);
  options.every_ns = parse_duration_ns("--every", options.every);
  options.stop_for_ns = parse_duration_ns("--stop-for", options.stop_for);
  options.target = options.target_name == "node"   ? Target::node
                   : options.target_name == "both" ? Target::both
                                                   : Target::worker;
  if (options.values > 0 && options.test.workload != "broadcast") {
    throw BadCommandLine("--values", "only with --under broadcast: other workloads keep none");
  }
  const auto& arguments = options.test.node_arguments;
  const bool keeps = std::any_of(arguments.begin(), arguments.end(), names_a_state_directory);
  if (keeps && options.target == Target::worker) return;
  if (keeps) {
    throw BadCommandLine("--state-dir",
                         "the drill gives each of our nodes a directory of its own (leave it out)");
  }
}

}  // namespace hearsay::drill
