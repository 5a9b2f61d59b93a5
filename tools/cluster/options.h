// The options of `hearsay attach`, `hearsay call` and `hearsay cluster`.
//
// These end with 2 for a bad command line, as programs of a node do, not with Maelstrom's 254.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/bus/connection.h"
#include "tools/console/options.h"
#include "tools/experiment/network/topology.h"

namespace hearsay::cluster {

inline constexpr int kExitGood = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// Where the bus is, who one is on it, and which cluster is meant.
struct BusOptions {
  std::string url = "nats://127.0.0.1:4222";
  std::string cluster = "demo";
  std::string ca_file;
  std::string credentials_file;
};

struct AttachOptions {
  BusOptions bus;
  std::string name;
  std::string binary;
  std::string log_file;
  std::int64_t queue_lines = 10'000;
  double grace_s = 5;
  bool allow_faults = false;
  std::vector<std::string> node_arguments;  // what stands behind "--"
};

struct CallOptions {
  BusOptions bus;
  std::string node;
  std::string body;
  std::string caller;
  std::int64_t timeout_ms = 4'000;
};

struct ClusterOptions {
  BusOptions bus;
  std::vector<std::string> nodes;
  std::string topology_name = "grid";
  std::optional<bench::Topology> topology;
  double timeout_s = 60;
  bool json = false;
  double wait_s = 0.5;
  // demo
  bool other_bus = false;
  std::int64_t port = 0;
  std::string binary;
  std::vector<std::string> node_arguments;
  // permissions
  std::vector<std::string> callers = {"c1"};
  std::string folder;
  std::string listen = "127.0.0.1:4222";
  std::string tls_certificate;
  std::string tls_key;

  std::string program = "hearsay";  // as people typed it
  int (*chosen)(const ClusterOptions&) = nullptr;
};

// Beside the options of `hearsay test`.
struct TestBusOptions {
  BusOptions bus;                  // no url: no bus
  std::vector<std::string> given;  // the options of the command line
  bool count_given = false;        // --node-count names the nodes
};

void add_attach_options(CommandLine& command, AttachOptions& options);
void add_call_options(CommandLine& command, CallOptions& options);
void add_cluster_options(CommandLine& command, ClusterOptions& options);

void add_test_bus_options(CommandLine& command, TestBusOptions& options);

// Check, and work out the rest. Throw BadCommandLine with words for people.
void resolve(AttachOptions& options);
void resolve(CallOptions& options);
void resolve(ClusterOptions& options);
// Before the test's own options are resolved.
void resolve(TestBusOptions& options, bench::TestOptions& test);
void check(const BusOptions& options);

// `self`: one's name on the bus.
bus::ConnectionOptions connection_options(const BusOptions& options, const std::string& self);

}  // namespace hearsay::cluster
