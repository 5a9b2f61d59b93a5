// What of `hearsay test` goes together with --bus.
#include <algorithm>
#include <string>
#include <string_view>

#include "tools/cluster/options.h"

namespace hearsay::cluster {
namespace {

constexpr std::string_view kMaelstromsThreads =
    "it is how Maelstrom's threads wake, and none of those stands between nodes on a bus: "
    "--latency, "
    "--loss, --duplicate, --reorder and --nemesis go together with it";
constexpr std::string_view kOwnNodes =
    "nodes on a bus are started by hearsay attach, which takes that: say it there";

struct NotOnBus {
  std::string_view option;
  std::string_view why;
};

constexpr NotOnBus kNotOnBus[] = {
    {"--lateness", kMaelstromsThreads},
    {"--lateness-scale", kMaelstromsThreads},
    {"--no-head-of-line-blocking", kMaelstromsThreads},
    {"--bin", kOwnNodes},
    {"--record", kOwnNodes},
    {"--log-stderr",
     "what nodes write to stderr is where they are attached (hearsay attach --log)"},
};

bool is_given(const TestBusOptions& options, std::string_view name) {
  return std::find(options.given.begin(), options.given.end(), name) != options.given.end();
}

}  // namespace

void add_test_bus_options(CommandLine& command, TestBusOptions& options) {
  options.bus.url.clear();
  command
      .add("--bus", options.bus.url,
           "Test the nodes that are attached to this NATS server (hearsay attach), all of them or "
           "those that --node-count names")
      .value_name("URL");
  command.add("--cluster", options.bus.cluster, "With --bus: the cluster's name")
      .value_name("NAME");
  command
      .add("--credentials", options.bus.credentials_file,
           "With --bus: a file that says who you are; where there are permissions, the operator")
      .value_name("FILE");
  command
      .add("--tls-ca", options.bus.ca_file,
           "With --bus: certificates (PEM); the server's must be signed by one of them")
      .value_name("FILE");
  command.on_parsed([&options, &command] { options.given = command.given(); });
}

void resolve(TestBusOptions& options, bench::TestOptions& test) {
  if (options.bus.url.empty()) {
    for (const char* name : {"--cluster", "--credentials", "--tls-ca"}) {
      if (is_given(options, name)) throw BadCommandLine(name, "does nothing without --bus");
    }
    return;
  }
  check(options.bus);
  for (const NotOnBus& each : kNotOnBus) {
    if (is_given(options, each.option)) {
      throw BadCommandLine(std::string(each.option) + " with --bus", std::string(each.why));
    }
  }
  if (!test.node_arguments.empty()) {
    throw BadCommandLine("what stands behind -- with --bus", std::string(kOwnNodes));
  }
  options.count_given = is_given(options, "--node-count");
  test.binary = bench::kAttached;
  test.lateness = "none";
}

}  // namespace hearsay::cluster
