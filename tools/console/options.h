// The options of `hearsay test`: Maelstrom's names, meanings and defaults, and a few of our own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/console/fault_options.h"
#include "tools/console/workload_options.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/faults/nemesis.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/network/topology.h"
#include "tools/experiment/run.h"

namespace hearsay::bench {

// How much later than planned Jepsen starts an operation, on average: the rate is lower by that.
// From the gaps between operations in histories recorded from Maelstrom (tools/README.md).
inline constexpr double kJepsenDispatchDelayUs = 260;

// Maelstrom has its own nodes then, with names from 1 on.
inline constexpr std::int64_t kNobodySaid = 0;
inline constexpr std::int64_t kUsualNodeCount = 5;

// Stands for the program where there is none.
inline constexpr const char* kSimulated = "(simulated)";

// Stands for the program of nodes that somebody else has started.
inline constexpr const char* kAttached = "(attached)";

struct TestOptions {
  // As given.
  std::string challenge;  // its flags are given too (spell_out_challenge)
  std::string workload;
  std::string binary;
  std::int64_t node_count = kNobodySaid;
  double time_limit_s = 10;
  double recovery_s = 10;
  double rate_hz = 5;
  std::string concurrency = "1n";
  std::int64_t latency_ms = 0;
  std::string latency_distribution = "constant";
  std::string lateness = "maelstrom";
  double lateness_scale = 1;
  std::string topology = "grid";
  WorkloadFlags workload_flags;
  FaultOptions faults;
  std::string availability;
  bool log_stderr = false;
  bool log_net_send = false;
  bool log_net_recv = false;
  std::int64_t test_count = 1;
  double dispatch_delay_us = kJepsenDispatchDelayUs;
  double linger_ms = 0;
  bool strict = false;
  bool record = false;
  bool no_page = false;
  bool no_head_of_line_blocking = false;
  std::optional<std::uint64_t> given_seed;
  std::string store = "store";
  std::vector<std::string> node_arguments;
  bool arguments_given = false;  // by somebody, not only by a challenge or for a workload
  std::string command;           // the whole command, as people would type it

  // Worked out by resolve().
  std::uint64_t seed = 0;
  std::int64_t first_node = 0;
  std::vector<std::string> attached_nodes;  // their names; empty: n0, n1, ...
  std::size_t thread_count = 1;
  std::optional<double> wanted_availability;
  Topology shape = Topology::grid;
  NetworkOptions network;
  NemesisOptions nemesis;
  // Of a scenario's file only.
  std::optional<std::vector<PlannedOperation>> operations;
};

// Parts of add_test_options(), for commands that run tests of their own making.
void add_load_options(CommandLine& command, TestOptions& options, std::int64_t most_nodes);
void add_network_options(CommandLine& command, TestOptions& options);

// The options that can't be had from one flag alone are checked by resolve().
void add_test_options(CommandLine& command, TestOptions& options, std::int64_t most_nodes = 1000);

// Checks and works out the rest. Throws BadCommandLine with words
// for people.
void resolve(TestOptions& options);
// The nodes are these, whatever --node-count says. `options` are resolved.
void use_nodes(TestOptions& options, std::vector<std::string> names);

// Whether the nodes are our own, real or simulated.
bool runs_our_node(const TestOptions& options);
// Whether the messages of the run are kept one by one, for its page.
bool keeps_messages(const TestOptions& options);
RunOptions run_options(const TestOptions& options);
WorkloadOptions workload_options(const TestOptions& options);
// Throws std::runtime_error with words for people if the workload can't run so: the run could not
// go on, as under Maelstrom.
void refuse_what_can_not_run(const TestOptions& options);
// n0, n1, ... or n1 to n5, or those of use_nodes().
std::vector<std::string> node_names(const TestOptions& options);

// Of --availability; "" demands nothing. Throws BadCommandLine.
std::optional<double> parse_availability(const std::string& text);

nlohmann::json to_json(const TestOptions& options);

}  // namespace hearsay::bench
