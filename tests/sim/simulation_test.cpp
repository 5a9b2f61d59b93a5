// Whole simulated runs.
#include "tools/sim/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/console/workload_options.h"
#include "tools/experiment/verdict/judge.h"
#include "tools/sim/judge.h"
#include "tools/sim/node_arguments.h"
#include "tools/sim/options.h"
#include "tools/sim/scenario.h"
#include "worker/core/service_list.h"

namespace hearsay::sim {
namespace {

std::string everything(std::uint64_t seed) {
  const SimOptions scenario = draw_scenario(seed);
  Simulation simulation(scenario.test, make_cluster_options(scenario));
  simulation.run();
  std::string text = simulation.results().dump();
  for (const auto& operation : simulation.events().history().operations()) {
    text += to_json(operation).dump() + "\n";
  }
  return text;
}

TEST(Simulation, TheSameSeedGivesTheSameBytes) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    EXPECT_EQ(everything(seed), everything(seed)) << seed;
  }
  EXPECT_NE(everything(1), everything(2));
}

TEST(Simulation, ALostValueIsJudgedAndNamed) {
  SimOptions options;
  options.test.workload = "broadcast";
  options.test.given_seed = 3;
  options.test.topology = "line";
  options.test.latency_ms = 10;
  options.test.rate_hz = 50;
  options.test.faults.probability[bench::Fault::loss] = 0.5;
  options.test.node_arguments = {"--gossip", "flood"};
  resolve(options);
  Simulation simulation(options.test, make_cluster_options(options));
  simulation.run();
  const Judgement judgement = judge(options, simulation.events().history(), simulation.results());
  ASSERT_FALSE(judgement.violations.empty());
  EXPECT_NE(judgement.violations[0].text.find("values lost"), std::string::npos);
  EXPECT_FALSE(judgement.focus.empty());
}

TEST(Simulation, ALatencyWithoutALimitIsNobodysFault) {
  SimOptions options;
  options.test.workload = "lin-kv";
  options.test.given_seed = 3;
  options.test.node_count = 1;
  options.test.concurrency = "2n";
  options.test.latency_ms = 100;
  options.test.latency_distribution = "exponential";
  options.test.rate_hz = 20;
  options.test.time_limit_s = 300;
  options.test.node_arguments = {"--gossip", "relay", "--workload", "lin-kv"};
  resolve(options);
  Simulation simulation(options.test, make_cluster_options(options));
  simulation.run();
  const auto& operations = simulation.events().history().operations();
  EXPECT_TRUE(std::any_of(operations.begin(), operations.end(),
                          [](const auto& operation) { return operation.error == "net-timeout"; }));
  const Judgement judgement = judge(options, simulation.events().history(), simulation.results());
  EXPECT_TRUE(judgement.violations.empty()) << judgement.violations.front().text;
}

TEST(Simulation, FloodIsNeverDrawnWithFaultsThatLoseMessages) {
  int floods = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const SimOptions scenario = draw_scenario(seed);
    if (scenario.test.node_arguments.at(1) != "flood") continue;
    ++floods;
    for (const auto& [fault, interval] : scenario.test.nemesis.interval_ns) {
      EXPECT_FALSE(fault == bench::Fault::partition || fault == bench::Fault::loss ||
                   fault == bench::Fault::one_way)
          << describe(scenario);
    }
  }
  EXPECT_GT(floods, 5);
}

// The table of what 'auto' leaves out stands where the worker's services are not known.
TEST(NodeArguments, AWorkloadSwitchesOnWhatAutoLeavesOut) {
  const auto services = core::services();
  for (const std::string& workload : bench::judged_workloads()) {
    std::vector<std::string> arguments;
    bench::switch_on_workload(workload, arguments);
    const auto service =
        std::find_if(services.begin(), services.end(),
                     [&](const core::ServiceEntry& each) { return each.name == workload; });
    ASSERT_NE(service, services.end()) << workload;
    EXPECT_EQ(arguments.empty(), service->in_auto) << workload;
    EXPECT_EQ(parse_node_arguments(arguments).services.workload,
              service->in_auto ? core::kAutoWorkload : workload);
  }
}

TEST(NodeArguments, WhatCannotBeSimulatedIsRefused) {
  EXPECT_THROW(parse_node_arguments({"--state-dir", "x"}), BadCommandLine);
  EXPECT_THROW(parse_node_arguments({"--trace-level=debug"}), BadCommandLine);
  EXPECT_THROW(parse_node_arguments({"--nonsense"}), BadCommandLine);
  EXPECT_EQ(parse_node_arguments({"--chaos-kill-ms", "50"}).care.chaos_kill_ms, 50);
}

TEST(SimOptions, NothingBesideASwarmIsForgotten) {
  const auto parse = [](const std::string& arguments) {
    CommandLine app("");
    SimOptions options;
    add_sim_options(app, options);
    std::istringstream words(arguments);
    app.parse({std::istream_iterator<std::string>(words), {}});
  };
  EXPECT_NO_THROW(parse("--seeds 1..2 --jobs 2"));
  EXPECT_THROW(parse("--seeds 1..2 --loss 0.5"), BadCommandLine);
  EXPECT_THROW(parse("--seeds 1..2 -w echo"), BadCommandLine);
  EXPECT_THROW(parse("-w echo --jobs 2"), BadCommandLine);
  EXPECT_NO_THROW(parse("--scenario file.json"));
  EXPECT_THROW(parse("--scenario file.json --seed 2"), BadCommandLine);
  SimOptions options;
  options.seeds = "1..2";
  options.test.node_arguments = {"--gossip", "push"};
  EXPECT_THROW(resolve(options), BadCommandLine);
}

TEST(RepeatCommand, NamesTheSeed) {
  SimOptions options;
  options.command_line = {"sim", "-w", "echo", "--seed", "5", "--", "--gossip", "push"};
  options.test.seed = 7;
  EXPECT_EQ(repeat_command(options), "hearsay sim -w echo --seed 7 -- --gossip push");
}

}  // namespace
}  // namespace hearsay::sim
