#include "tools/sim/plan_file.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tools/sim/scenario.h"

namespace hearsay::sim {
namespace {

using nlohmann::json;

json good() {
  return json::parse(R"({"hearsay-scenario": 1, "about": "an example",
    "options": {"workload": "broadcast", "node-count": 3, "seed": 1, "latency": 10},
    "node-options": ["--gossip", "push"],
    "operations": [{"at-ms": 1.5, "node": 2, "f": "broadcast", "value": 7}],
    "faults": [{"at-ms": 3, "for-ms": 10, "fault": "pause", "nodes": [1]},
               {"at-ms": 13, "fault": "pause", "nodes": [0]}]})");
}

TEST(PlanFile, WhatIsWrittenIsRead) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    const std::string text = write_plan(spell_out(draw_scenario(seed)), "about \"it\"");
    EXPECT_EQ(write_plan(read_plan(text), "about \"it\""), text);
  }
}

TEST(PlanFile, SaysWhatItHas) {
  const Plan plan = read_plan(good().dump());
  EXPECT_EQ(plan.options.test.latency_ms, 10);
  EXPECT_EQ(plan.options.test.node_arguments[1], "push");
  EXPECT_EQ(plan.operations.at(0).time_ns, 1'500'000);
  EXPECT_EQ(plan.strikes.at(1).for_ns, std::nullopt);
}

TEST(PlanFile, MayHaveSeveralClientsANode) {
  json file = good();
  file["options"]["concurrency"] = 6;
  file["operations"].push_back(
      {{"at-ms", 2}, {"node", 2}, {"client", 1}, {"f", "broadcast"}, {"value", 8}});
  const Plan plan = read_plan(file.dump());
  EXPECT_EQ(plan.options.test.concurrency, "2n");
  EXPECT_EQ(plan.operations.at(0).thread, 2U) << "without a word it is the first client";
  EXPECT_EQ(plan.operations.at(1).thread, 5U);
  const json written = json::parse(write_plan(plan, ""));
  EXPECT_EQ(written.at("options").at("concurrency"), "2n");
  EXPECT_FALSE(written.at("operations").at(0).contains("client"));
  EXPECT_EQ(written.at("operations").at(1), file["operations"][1]);
}

struct BadFile {
  const char* name;
  const char* where;   // a JSON pointer
  const char* value;   // what is put there; empty: it is taken out
  const char* answer;  // part of it
};

class BadPlanFile : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadPlanFile, IsRefusedWithWhatToDo) {
  json file = good();
  const json::json_pointer where(GetParam().where);
  if (*GetParam().value == '\0') {
    file[where.parent_pointer()].erase(where.back());
  } else {
    file[where] = json::parse(GetParam().value);
  }
  try {
    read_plan(file.dump());
    FAIL() << file.dump();
  } catch (const BadPlan& problem) {
    EXPECT_NE(std::string(problem.what()).find(GetParam().answer), std::string::npos)
        << problem.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    PlanFile, BadPlanFile,
    ::testing::Values(
        BadFile{"version", "/hearsay-scenario", "2", "reads version 1, not 2"},
        BadFile{"no_version", "/hearsay-scenario", "", "\"hearsay-scenario\" is missing; add it"},
        BadFile{"unknown_key", "/fault", "[]", "no key \"fault\"; take it out, or choose one of"},
        BadFile{"about", "/about", "1", "about: a text"},
        BadFile{"no_list", "/operations", "{}", "operations: a list"},
        BadFile{"unknown_option", "/options/rate", "5", "options: there is no key \"rate\""},
        BadFile{"no_seed", "/options/seed", "", "\"seed\" is missing"},
        BadFile{"option_range", "/options/node-count", "0", "--node-count"},
        BadFile{"option_type", "/options/latency", "\"long\"", "--latency"},
        BadFile{"workload", "/options/workload", "\"ledger\"", "--workload"},
        BadFile{"models", "/options/consistency-models", "\"serialisable\"",
                "nobody knows a consistency model \"serialisable\" (do you mean serializable?)"},
        BadFile{"node_option", "/node-options/0", "\"--state-dir\"",
                "simulated nodes have no files"},
        BadFile{"node_option_type", "/node-options/0", "1", "a word is expected, not 1"},
        BadFile{"operation_key", "/operations/0/process", "1", "operations[0]: there is no key"},
        BadFile{"operation_f", "/operations/0/f", "\"write\"", "broadcast, read is expected"},
        BadFile{"operation_node", "/operations/0/node", "3", "from 0 to 2, not 3"},
        BadFile{"concurrency", "/options/concurrency", "4", "1n, 2n, ..., not 4"},
        BadFile{"operation_client", "/operations/0/client", "1",
                "operations[0].client: the number of a client is expected, from 0 to 0, not 1"},
        BadFile{"operation_time", "/operations/0/at-ms", "-1", "operations[0].at-ms: a number"},
        BadFile{"operation_late", "/operations/0/at-ms", "1e6",
                "operations[0].at-ms: the load is over by then"},
        BadFile{"fault_late", "/faults/1/at-ms", "1e6", "faults[1].at-ms: the load is over"},
        BadFile{"read_value", "/operations/1",
                R"({"at-ms": 1, "node": 0, "f": "read", "value": 5})",
                "operations[1].value: nothing is expected, not 5"},
        BadFile{"fault_name", "/faults/0/fault", "\"flood\"", "one-way, kill-worker"},
        BadFile{"fault_key", "/faults/0/deaf", "[[1,2]]", "faults[0]: there is no key \"deaf\""},
        BadFile{"fault_nobody", "/faults/0/nodes", "[]", "at least one"},
        BadFile{"fault_no_time", "/faults/0/for-ms", "0", "must be above 0; or take the fault out"},
        BadFile{"overlap", "/faults/0/for-ms", "11", "end that earlier"},
        BadFile{"open_overlap", "/faults/0/for-ms", "", "end that earlier"},
        BadFile{"idle_probability", "/options/loss", "0.5", "does nothing without a fault loss"},
        BadFile{"no_probability", "/faults/0", R"({"at-ms": 1, "fault": "loss"})",
                "the fault loss needs a probability above 0"}),
    [](const auto& file) { return file.param.name; });

TEST(PlanFile, WhatIsNoJsonIsRefused) {
  EXPECT_THROW(read_plan("{"), BadPlan);
  EXPECT_THROW(read_plan("[]"), BadPlan);
  EXPECT_THROW(read_plan_file("/nowhere/scenario.json"), BadPlan);
  EXPECT_THROW(read_plan_file("/dev/zero"), BadPlan) << "and is not read";
}

}  // namespace
}  // namespace hearsay::sim
