#include "tools/sim/explain.h"

#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/sim/scenario.h"
#include "tools/sim/simulation.h"

namespace hearsay::sim {
namespace {

constexpr std::size_t kGridLines = 60;

}  // namespace

Judgement judge_run(const SimOptions& scenario) {
  Simulation simulation(scenario.test, make_cluster_options(scenario));
  simulation.run();
  return judge(scenario, simulation.events().history(), simulation.results());
}

Judgement explain(const SimOptions& scenario) {
  fmt::print("{}\n", describe(scenario));
  std::fflush(stdout);
  Judgement judgement = judge_run(scenario);
  if (judgement.violations.empty()) return judgement;
  EventLog log(static_cast<std::size_t>(scenario.test.node_count), kGridLines, judgement.focus);
  Simulation again(scenario.test, make_cluster_options(scenario), &log);
  again.run();
  fmt::print("\n{}\n", log.grid(again.events().load_start_ns().value_or(0)));
  for (const Violation& violation : judgement.violations)
    fmt::print("VIOLATION: {}\n", violation.text);
  return judgement;
}

}  // namespace hearsay::sim
