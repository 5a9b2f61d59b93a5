// The workloads over replicas at the challenges' parameters: what they reach, and for how much.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/sim/options.h"
#include "tools/sim/simulation.h"

namespace hearsay::sim {
namespace {

// Partitions throughout; `kills`: five workers a second die in every node.
nlohmann::json results_of(SimOptions options, std::uint64_t seed, bool kills) {
  options.test.given_seed = seed;
  options.test.no_page = true;
  options.test.time_limit_s = 20;
  options.test.faults.nemeses = {"partition"};
  options.test.availability = "total";
  if (kills) options.test.node_arguments = {"--chaos-kill-ms", "200"};
  resolve(options);
  Simulation simulation(options.test, make_cluster_options(options));
  simulation.run();
  EXPECT_EQ(simulation.worker_deaths() > 100, kills);
  return simulation.results();
}

double messages_per_op(const nlohmann::json& results) {
  return results.at("net").at("servers").at("msgs-per-op").get<double>();
}

TEST(SimulatedReplicas, ACounterIsCheapAndRightWhateverDies) {
  SimOptions options;
  options.test.workload = "g-counter";
  options.test.node_count = 3;
  options.test.rate_hz = 100;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto undisturbed = results_of(options, seed, false);
    const auto dying = results_of(options, seed, true);
    EXPECT_EQ(undisturbed.at("valid?"), true);
    EXPECT_EQ(dying.at("valid?"), true);
    EXPECT_LT(messages_per_op(undisturbed), 0.25);
    EXPECT_LT(messages_per_op(dying), 1.1 * messages_per_op(undisturbed));
  }
}

TEST(SimulatedReplicas, TransactionsAreCausalAndNoMoreInAnyPartition) {
  SimOptions options;
  options.test.workload = "txn-rw-register";
  options.test.node_count = 2;
  options.test.concurrency = "2n";
  options.test.rate_hz = 1000;
  options.test.workload_flags.consistency_models = "causal-cerone , strong-session-read-committed";
  for (const bool kills : {false, true}) {
    const auto results = results_of(options, 1, kills);
    EXPECT_EQ(results.at("valid?"), true) << results.at("workload");
    EXPECT_LT(messages_per_op(results), 0.1);
  }
  options.test.workload_flags.consistency_models = "snapshot-isolation";
  const auto results = results_of(options, 1, false);
  EXPECT_EQ(results.at("valid?"), false) << "no node that always answers reaches it";
  EXPECT_TRUE(results.at("workload").at("anomalies").contains("lost-update"));
}

}  // namespace
}  // namespace hearsay::sim
