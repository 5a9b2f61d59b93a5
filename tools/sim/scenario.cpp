#include "tools/sim/scenario.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <vector>

#include "common/options/command_line.h"
#include "tools/console/count_text.h"
#include "tools/experiment/time/random.h"
#include "worker/core/service_list.h"

namespace hearsay::sim {
namespace {

using bench::Fault;
using bench::Random;

// What may be drawn for --gossip, and whether values reach everybody although messages get lost.
struct Strategy {
  const char* name;
  bool survives_loss;
};
constexpr Strategy kStrategies[] = {
    {"relay", true}, {"relay", true}, {"epidemic", true}, {"push", true}, {"flood", false}};

// The load and the recovery, in virtual seconds; --time-limit and --recovery.
constexpr double kLoadS = 10;
constexpr double kRecoveryS = 10;

template <typename T, std::size_t size>
const T& pick(Random& random, const T (&items)[size]) {
  return items[random.below(size)];
}

bool one_in(Random& random, std::uint64_t count) {
  return random.below(count) == 0;
}

void draw_cluster(Random& random, bench::TestOptions& test) {
  test.node_count = 5 + static_cast<std::int64_t>(random.below(21));
  constexpr double kRates[] = {5, 10, 20, 40, 80};
  test.rate_hz = pick(random, kRates);
  constexpr std::int64_t kLatencies[] = {0, 1, 5, 20, 50, 100, 200};
  test.latency_ms = pick(random, kLatencies);
  constexpr const char* kDistributions[] = {"constant", "uniform", "exponential"};
  test.latency_distribution = pick(random, kDistributions);
  constexpr const char* kShapes[] = {"line", "grid", "tree2", "tree3", "tree4", "total"};
  test.topology = pick(random, kShapes);
  test.no_head_of_line_blocking = one_in(random, 4);
  test.time_limit_s = kLoadS;
  test.recovery_s = kRecoveryS;
}

void draw_lateness(Random& random, bench::TestOptions& test) {
  constexpr const char* kLatenesses[] = {"none", "maelstrom"};
  test.lateness = pick(random, kLatenesses);
  constexpr double kScales[] = {1, 1, 2, 10};
  test.lateness_scale = pick(random, kScales);
}

struct WorkloadChance {
  std::size_t weight;
  const char* workload;
  const char* type;  // of its requests
  // A killed node takes to its grave what it acknowledged and hadn't told anybody: then a run of
  // these could never be called good.
  bool fears_kills = false;
  const char* models = "";      // --consistency-models
  std::int64_t most_nodes = 0;  // if they get in each other's way; 0: any number
  const char* concurrency = "1n";
};
constexpr WorkloadChance kWorkloadChances[] = {
    {8, "broadcast", "broadcast", true},
    {1, "echo", "echo"},
    {1, "unique-ids", "generate"},
    {1, "g-set", "add", true},
    {2, "g-counter", "add", true},
    {2, "pn-counter", "add", true},
    {2, "kafka", "send", true},
    {3, "txn-rw-register", "txn", false, "causal-cerone"},
    {1, "txn-list-append", "txn", false, "", 5},
    {1, "lin-kv", "cas", false, "", 0, "2n"}};

const WorkloadChance& chance_of(std::string_view workload) {
  return *std::find_if(std::begin(kWorkloadChances), std::end(kWorkloadChances),
                       [&](const WorkloadChance& each) { return each.workload == workload; });
}

// Whether a service of this program, the one of the workload's name or one that is always switched
// on, handles messages of the type.
bool is_served(const WorkloadChance& chance) {
  static const auto kServices = core::switch_on(core::services(), {});
  return std::any_of(kServices.begin(), kServices.end(), [&](const core::RegisteredService& each) {
    if (!each.service) return each.name == chance.workload;
    const auto types = each.service->types();
    return std::find(types.begin(), types.end(), chance.type) != types.end();
  });
}

void draw_workload(Random& random, bench::TestOptions& test) {
  std::vector<const WorkloadChance*> choices;
  for (const WorkloadChance& chance : kWorkloadChances) {
    if (is_served(chance)) choices.insert(choices.end(), chance.weight, &chance);
  }
  if (choices.empty()) {
    throw BadCommandLine("--seeds", "none of the workloads is one of this program's services");
  }
  const WorkloadChance& drawn = *choices[random.below(choices.size())];
  test.workload = drawn.workload;
  if (*drawn.models != '\0') test.workload_flags.consistency_models = drawn.models;
  test.concurrency = drawn.concurrency;
  if (drawn.most_nodes > 0) test.node_count = std::min(test.node_count, drawn.most_nodes);
}

struct FaultChance {
  std::uint64_t one_in;
  Fault fault;
  bool loses_messages;
};
constexpr FaultChance kFaultChances[] = {
    {3, Fault::partition, true},     {5, Fault::one_way, true},    {2, Fault::kill_worker, false},
    {6, Fault::pause_worker, false}, {3, Fault::kill, true},       {6, Fault::pause, false},
    {4, Fault::loss, true},          {4, Fault::duplicate, false}, {4, Fault::reorder, false}};

bool allowed(Fault fault, const bench::TestOptions& test) {
  return fault != Fault::kill || !chance_of(test.workload).fears_kills;
}

// Returns whether messages between nodes may get lost.
bool draw_faults(Random& random, SimOptions& scenario) {
  bench::TestOptions& test = scenario.test;
  bool loses = false;
  for (const FaultChance& chance : kFaultChances) {
    const bool drawn = one_in(random, chance.one_in);
    constexpr double kProbabilities[] = {0.01, 0.1, 0.3};
    const double probability = pick(random, kProbabilities);
    if (!drawn || !allowed(chance.fault, test)) continue;
    test.faults.nemeses.emplace_back(name_of(chance.fault));
    if (is_on_the_wire(chance.fault)) test.faults.probability[chance.fault] = probability;
    loses = loses || chance.loses_messages;
  }
  test.faults.interval_s = 0.5 + 4 * random.unit();
  constexpr double kKillIntervalsS[] = {0.01, 0.05, 0.2, 1};
  const double kill_interval_s = pick(random, kKillIntervalsS);
  const auto& names = test.faults.nemeses;
  if (std::find(names.begin(), names.end(), name_of(Fault::kill_worker)) != names.end()) {
    test.faults.own_interval_s[Fault::kill_worker] = kill_interval_s;
  }
  if (one_in(random, 3)) {
    constexpr double kSkewsMs[] = {1, 1000, 1e7};
    scenario.clock_skew_ms = pick(random, kSkewsMs);
  }
  if (one_in(random, 3)) {
    constexpr double kCompactions[] = {0.001, 0.01, 0.1};
    scenario.compact_probability = pick(random, kCompactions);
  }
  return loses;
}

void draw_strategy(Random& random, bool loses, std::vector<std::string>& arguments) {
  std::vector<const char*> fit;
  for (const Strategy& strategy : kStrategies) {
    if (strategy.survives_loss || !loses) fit.push_back(strategy.name);
  }
  arguments = {"--gossip", fit[random.below(fit.size())]};
  if (arguments[1] == "push") {
    constexpr const char* kIntervals[] = {"50", "50", "200"};
    arguments.insert(arguments.end(), {"--gossip-interval-ms", pick(random, kIntervals)});
  }
  if (arguments[1] == "relay" || arguments[1] == "epidemic") {
    constexpr const char* kBudgets[] = {"100", "250", "415", "700", "1200"};
    arguments.insert(arguments.end(), {"--latency-budget", pick(random, kBudgets)});
  }
  if (one_in(random, 6)) {
    constexpr const char* kChaos[] = {"50", "500", "2000"};
    arguments.insert(arguments.end(), {"--chaos-kill-ms", pick(random, kChaos)});
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

SimOptions draw_scenario(std::uint64_t seed) {
  // One stream a part, so that a change in one leaves the others as they were.
  Random cluster(seed, "scenario cluster");
  Random lateness(seed, "scenario lateness");
  Random workload(seed, "scenario workload");
  Random faults(seed, "scenario faults");
  Random strategy(seed, "scenario strategy");
  SimOptions scenario;
  scenario.test.no_page = true;
  scenario.test.given_seed = seed;
  draw_cluster(cluster, scenario.test);
  draw_lateness(lateness, scenario.test);
  draw_workload(workload, scenario.test);
  const bool loses = draw_faults(faults, scenario);
  draw_strategy(strategy, loses, scenario.test.node_arguments);
  resolve(scenario);
  return scenario;
}

std::string describe(const SimOptions& scenario) {
  const bench::TestOptions& test = scenario.test;
  std::string text = fmt::format(
      "{} on {}, {}, {}, latency {} ms {}{}, faults: {}", test.workload,
      bench::count_text(test.node_count, "node"), test.topology,
      test.operations
          ? bench::count_text(static_cast<std::int64_t>(test.operations->size()), "operation")
          : fmt::format("rate {}", test.rate_hz),
      test.latency_ms, test.latency_distribution,
      test.no_head_of_line_blocking ? " without head-of-line blocking" : "",
      test.faults.nemeses.empty() ? "none" : joined(test.faults.nemeses));
  if (test.concurrency != bench::TestOptions().concurrency) {
    text += fmt::format(", {} clients", test.concurrency);
  }
  if (test.lateness != "none") text += fmt::format(", lateness x {:g}", test.lateness_scale);
  if (scenario.clock_skew_ms > 0) text += fmt::format(", skew {} ms", scenario.clock_skew_ms);
  if (scenario.compact_probability > 0) {
    text += fmt::format(", compaction {}", scenario.compact_probability);
  }
  return text + "; " + joined(test.node_arguments);
}

}  // namespace hearsay::sim
