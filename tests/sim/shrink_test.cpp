// Planted bugs, found by the swarm and shrunk.
#include "tools/sim/shrink.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/sim/planted_bugs.h"
#include "tests/support/temporary_folder.h"
#include "tools/console/exit_codes.h"
#include "tools/sim/explain.h"
#include "tools/sim/plan_file.h"
#include "tools/sim/scenario.h"
#include "tools/sim/swarm.h"

namespace hearsay::sim {
namespace {

using test::Bug;

bool fails(const SimOptions& scenario, const std::string& kind) {
  for (const Violation& violation : judge_run(scenario).violations) {
    if (violation.kind == kind) return true;
  }
  return false;
}

// From the first seed that the bug makes fail.
class ShrinkTest : public ::testing::Test {
 protected:
  ~ShrinkTest() override { test::planted_bug = Bug::none; }

  Plan find(Bug bug, const std::string& kind) {
    kind_ = kind;
    test::planted_bug = bug;
    while (!fails(draw_scenario(seed_), kind)) ++seed_;
    return spell_out(draw_scenario(seed_));
  }
  Shrunk shrink_it(const Plan& plan, const ShrinkLimits& limits = {}) {
    Shrunk shrunk = shrink(
        plan,
        [&](std::size_t count,
            const std::function<Plan(std::size_t)>& each) -> std::optional<std::size_t> {
          for (std::size_t i = 0; i < count; ++i) {
            ++runs_;
            if (fails(options_of(each(i)), kind_)) return i;
          }
          return std::nullopt;
        },
        limits);
    EXPECT_TRUE(fails(options_of(shrunk.plan), kind_)) << write_plan(shrunk.plan, "");
    EXPECT_EQ(shrunk.runs, runs_);
    return shrunk;
  }
  static void expect_size(const Plan& plan, std::int64_t nodes, std::size_t operations,
                          std::size_t strikes) {
    const std::string text = write_plan(plan, "");
    EXPECT_EQ(plan.options.test.node_count, nodes) << text;
    EXPECT_EQ(plan.operations.size(), operations) << text;
    EXPECT_EQ(plan.strikes.size(), strikes) << text;
    EXPECT_EQ(plan.options.test.time_limit_s, 0.1) << text;
  }

  std::uint64_t seed_ = 1;
  std::string kind_;
  std::size_t runs_ = 0;
};

TEST_F(ShrinkTest, AValueThatIsDroppedNeedsOneNodeAndOneOperation) {
  const Plan plan = find(Bug::drops_values, "lost");
  EXPECT_GT(plan.operations.size(), 20U);
  const Shrunk shrunk = shrink_it(plan);
  EXPECT_TRUE(shrunk.finished);
  expect_size(shrunk.plan, 1, 1, 0);
  EXPECT_EQ(shrunk.plan.operations[0].intent.f, "broadcast");
  EXPECT_EQ(shrunk.plan.options.test.latency_ms, 0);
  EXPECT_EQ(shrunk.plan.options.test.recovery_s, 10) << "less could lose any value";
}

TEST_F(ShrinkTest, ADeafSuccessorNeedsADeathAndSomebodyToHear) {
  const Shrunk shrunk = shrink_it(find(Bug::deaf_successors, "lost"));
  EXPECT_TRUE(shrunk.finished);
  expect_size(shrunk.plan, 2, 1, 1);
}

TEST_F(ShrinkTest, AnIdThatComesTwiceNeedsADeathInBetween) {
  const Shrunk shrunk = shrink_it(find(Bug::counts_anew, "id-twice"));
  EXPECT_TRUE(shrunk.finished);
  expect_size(shrunk.plan, 1, 2, 1);
}

TEST_F(ShrinkTest, ItEndsWhereItsLimitsAre) {
  const Plan plan = find(Bug::drops_values, "lost");
  ShrinkLimits limits;
  limits.most_runs = 7;
  const Shrunk shrunk = shrink_it(plan, limits);
  EXPECT_FALSE(shrunk.finished);
  EXPECT_LE(shrunk.runs, 7U);
  limits.go_on = [] { return false; };
  runs_ = 0;
  EXPECT_EQ(shrink_it(plan, limits).runs, 0U);
}

TEST_F(ShrinkTest, TheSamePlanShrinksToTheSame) {
  const Plan plan = find(Bug::drops_values, "lost");
  const std::string once = write_plan(shrink_it(plan).plan, "");
  runs_ = 0;
  EXPECT_EQ(write_plan(shrink_it(plan).plan, ""), once);
}

TEST_F(ShrinkTest, TheSwarmLeavesAFileThatFailsAgain) {
  const Plan plan = find(Bug::drops_values, "lost");
  const test::TemporaryFolder store;
  SimOptions swarm;
  swarm.test.store = store.path();
  swarm.seeds = "1.." + std::to_string(seed_);
  swarm.jobs = 2;
  resolve(swarm);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run_swarm(swarm), bench::kExitInvalid);
  const std::string said = ::testing::internal::GetCapturedStdout();
  const std::string file = store.path() / ("seed-" + std::to_string(seed_) + ".json");
  EXPECT_NE(said.find("o   broadcast"), std::string::npos) << said;
  EXPECT_NE(said.find("hearsay sim --scenario " + file), std::string::npos) << said;
  const Plan kept = read_plan_file(file);
  expect_size(kept, 1, 1, 0);
  EXPECT_TRUE(fails(options_of(kept), "lost"));
  test::planted_bug = Bug::none;
  EXPECT_FALSE(fails(options_of(kept), "lost"));
}

}  // namespace
}  // namespace hearsay::sim

std::vector<hearsay::core::ServiceEntry> hearsay::core::services() {
  return test::planted_services();
}
