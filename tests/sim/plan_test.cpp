// A seed spelled out is the run that the seed stands for, and can be drawn.
#include "tools/sim/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/sim/plan_file.h"
#include "tools/sim/plan_picture.h"
#include "tools/sim/scenario.h"
#include "tools/sim/simulation.h"

namespace hearsay::sim {
namespace {

std::string history_of(const SimOptions& options) {
  Simulation simulation(options.test, make_cluster_options(options));
  simulation.run();
  std::string text = simulation.results().at("net").dump() + "\n";
  for (const auto& operation : simulation.events().history().operations()) {
    nlohmann::json line = to_json(operation);
    // The kind of a partition: a plan has its cuts only.
    const bool is_kind = line.at("value").is_string() || line.at("value").is_null();
    if (operation.process == bench::kNemesisProcess && is_kind) line.erase("value");
    line.erase("index");
    text += line.dump() + "\n";
  }
  return text;
}

TEST(Plan, ASeedSpelledOutIsTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    const SimOptions drawn = draw_scenario(seed);
    EXPECT_EQ(history_of(drawn), history_of(options_of(spell_out(drawn)))) << describe(drawn);
  }
}

TEST(Plan, SoIsOneOfSeveralClientsANode) {
  std::uint64_t seed = 1;
  while (draw_scenario(seed).test.workload != "lin-kv") ++seed;
  const SimOptions drawn = draw_scenario(seed);
  const Plan plan = spell_out(drawn);
  const auto node_count = static_cast<std::size_t>(drawn.test.node_count);
  EXPECT_EQ(drawn.test.thread_count, 2 * node_count);
  EXPECT_TRUE(std::any_of(plan.operations.begin(), plan.operations.end(),
                          [&](const auto& each) { return client_of(each, node_count) == 1; }));
  const std::string text = write_plan(plan, "");
  EXPECT_EQ(write_plan(read_plan(text), ""), text);
  EXPECT_EQ(history_of(drawn), history_of(options_of(read_plan(text)))) << describe(drawn);
}

Plan small() {
  return read_plan(R"({"hearsay-scenario": 1,
    "options": {"workload": "broadcast", "node-count": 3, "seed": 1, "time-limit": 2, "loss": 1},
    "operations": [{"at-ms": 1.5, "node": 2, "f": "broadcast", "value": 7},
                   {"at-ms": 1, "node": 0, "f": "read"},
                   {"at-ms": 1, "node": 0, "f": "broadcast", "value": 8}],
    "faults": [{"at-ms": 500, "for-ms": 10, "fault": "loss"},
               {"at-ms": 3, "for-ms": 1000, "fault": "partition", "deaf": [[1, 0], [1, 2]]},
               {"at-ms": 600, "fault": "kill-worker", "nodes": [1]}]})");
}

TEST(Plan, DoesWhatItSays) {
  const SimOptions options = options_of(small());
  Simulation simulation(options.test, make_cluster_options(options));
  simulation.run();
  std::string said;
  for (const bench::Operation& each : simulation.events().history().operations()) {
    if (each.final_read || each.type == bench::OperationType::ok) continue;
    said += std::to_string(each.time_ns / 1000) + " " + each.f + "; ";
  }
  EXPECT_EQ(said,
            "1000 read; 1000 broadcast; 1500 broadcast; 3000 start-partition; "
            "3000 start-partition; 500000 start-loss; 500000 start-loss; 510000 stop-loss; "
            "510000 stop-loss; 600000 kill-worker; 1003000 stop-partition; 1003000 stop-partition; "
            "2000000 stop-partition; 2000000 stop-partition; 2000000 stop-loss; "
            "2000000 stop-loss; ");
  EXPECT_EQ(simulation.events().nemesis().worker_kills(), (std::vector<std::int64_t>{0, 1, 0}));
}

TEST(Plan, WaitsForAClientThatIsBusy) {
  Plan plan = small();
  plan.strikes.clear();
  plan.options.test.faults.probability.clear();
  plan.options.test.time_limit_s = 20;
  plan.strikes.push_back({bench::Fault::pause, 0, 8'000'000'000, {0}, {}});
  const SimOptions options = options_of(plan);
  Simulation simulation(options.test, make_cluster_options(options));
  simulation.run();
  std::vector<std::int64_t> asked_ms;
  for (const bench::Operation& each : simulation.events().history().operations()) {
    if (each.type == bench::OperationType::invoke && !each.final_read) {
      asked_ms.push_back(each.time_ns / 1'000'000);
    }
  }
  EXPECT_EQ(asked_ms, (std::vector<std::int64_t>{1, 1, 5001})) << "5 s are a client's patience";
}

TEST(Plan, IsDrawnAsAGrid) {
  EXPECT_EQ(picture_of(small()),
            "      time ms  n0 n1 n2  what\n"
            "        1.000  o  .  .   read\n"
            "        1.000  o  .  .   broadcast 8\n"
            "        1.500  .  .  o   broadcast 7\n"
            "        3.000  .  !  .   partition: n1 hears not n0 n2\n"
            "      500.000  !  !  !   loss\n"
            "      510.000  +  +  +   loss ends\n"
            "      600.000  .  !  .   kill-worker\n"
            "     1003.000  .  +  .   partition ends\n"
            "Columns: o a client asks, ! a fault begins here, + it ends.\n");
}

TEST(Plan, NamesTheClientsOfANode) {
  Plan plan = small();
  plan.operations = {{0, thread_of(1, 2, 3), {"read", nullptr}}};
  plan.strikes.clear();
  EXPECT_EQ(picture_of(plan),
            "      time ms  n0 n1 n2  what\n"
            "        0.000  .  o  .   read (client 2)\n"
            "Columns: o a client asks, ! a fault begins here, + it ends.\n");
}

TEST(Plan, ALongOneIsDrawnWithoutItsMiddle) {
  Plan plan = small();
  plan.operations.resize(1000, plan.operations[0]);
  const std::string picture = picture_of(plan);
  EXPECT_NE(picture.find("...  945 more\n"), std::string::npos) << picture;
  EXPECT_EQ(std::count(picture.begin(), picture.end(), '\n'), 60 + 3);
}

}  // namespace
}  // namespace hearsay::sim
