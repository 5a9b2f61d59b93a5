#include "tools/sim/sim_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "tools/bench/checkers.h"
#include "tools/bench/run.h"
#include "tools/bench/test_command.h"
#include "tools/bench/workload.h"
#include "tools/sim/cluster.h"

namespace hearsay::sim {
namespace {

GossipOptions gossip_options(std::vector<std::string> arguments) {
  CLI::App app;
  WorkerOptions options;
  add_worker_options(app, options);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  return options.gossip;
}

}  // namespace

int run_sim(const bench::TestOptions& options) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < options.node_count; ++i) names.push_back(fmt::format("n{}", i));
  bench::EventHeap heap;
  ClusterOptions cluster_options;
  cluster_options.gossip = gossip_options(options.node_arguments);
  Cluster cluster(heap, cluster_options, options.seed);
  bench::Network network(heap, cluster, options.network, options.seed);
  for (const std::string& name : names) network.add_node(name);
  const auto workload = bench::make_workload(options.workload, options.shape, names);
  std::string failure;
  bool over = false;
  bench::Run run(heap, network, *workload, cluster, run_options(options),
                 [&](std::int64_t, const std::string& why) {
                   failure = why;
                   over = true;
                 });
  cluster.start(0, network);
  run.start(0);
  while (!over) {
    const auto due_ns = heap.next_due_ns();
    if (!due_ns) break;
    heap.run_due(*due_ns);
  }
  if (!failure.empty()) {
    fmt::print(stderr, "hearsay sim: {}\n", failure);
    return bench::kExitRunFailed;
  }
  const auto net = bench::check_net(run.history(), network);
  const auto verdict = workload->check(run.history());
  fmt::print("{}\n{}\n", net.dump(), verdict.dump());
  return verdict.at("valid?") == true ? bench::kExitValid : bench::kExitInvalid;
}

}  // namespace hearsay::sim
