// What `hearsay compare` makes of results: figures, marks, verdicts, table, picture.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/compare/comparison.h"
#include "tools/compare/frontier_script.h"
#include "tools/compare/table.h"

namespace hearsay::compare {
namespace {

using Json = nlohmann::json;

CompareOptions options_with(std::vector<std::string> contestants,
                            std::vector<std::string> conditions) {
  CompareOptions options;
  options.contestant_texts = std::move(contestants);
  options.condition_names = std::move(conditions);
  return options;
}

RunOutcome outcome(double messages, double maximum_ms) {
  RunOutcome run;
  run.figures.messages_per_op = messages;
  run.figures.bytes_per_op = 38929;
  run.figures.median_ms = 0.5 * maximum_ms;
  run.figures.maximum_ms = maximum_ms;
  run.verdict.valid = true;
  return run;
}

RunOutcome outcome_that_lost(std::int64_t values) {
  RunOutcome run = outcome(1, 1);
  run.figures.lost = values;
  run.verdict = {false, true, "values lost"};
  return run;
}

TEST(Contestant, IsAStrategyABudgetAndOptionsOfTheNode) {
  const Contestant plain = parse_contestant("relay");
  EXPECT_EQ(name_of(plain), "relay");
  EXPECT_EQ(node_arguments(plain), (std::vector<std::string>{"--gossip", "relay"}));
  const Contestant rich = parse_contestant("relay:250  --chaos-kill-ms 500");
  EXPECT_EQ(node_arguments(rich), (std::vector<std::string>{"--gossip", "relay", "--latency-budget",
                                                            "250", "--chaos-kill-ms", "500"}));
  EXPECT_EQ(name_of(rich), "relay:250 --chaos-kill-ms 500");
  EXPECT_EQ(family_of(rich), "relay --chaos-kill-ms 500");
  EXPECT_FALSE(parse_contestant("relay:default").budget_ms);
}

TEST(Contestant, RefusesWhatItWouldMisread) {
  for (const char* text :
       {"", "--gossip relay", ":5", "relay:", "relay:fast", "relay:-1", "relay:250ms", "push:100",
        "relay --latency-budget 250", "relay --gossip=push"}) {
    EXPECT_THROW(parse_contestant(text), BadCommandLine) << text;
  }
}

TEST(CompareOptions, RefusesContestantsThatNoNodeWouldTake) {
  for (const char* text : {"telepathy", "relay --no-such-option", "relay:999999999"}) {
    CompareOptions options = options_with({text}, {});
    EXPECT_THROW(resolve(options), BadCommandLine) << text;
  }
  CompareOptions killed_twice = options_with({"relay --chaos-kill-ms 500"}, {"kills"});
  EXPECT_THROW(resolve(killed_twice), BadCommandLine);
}

// They are hearsay-node's own: another program would be praised for what never happened.
TEST(CompareOptions, AnotherProgramIsNotKilled) {
  for (const char* binary : {"./node.py", "build/bin/hearsay-node"}) {
    const bool foreign = std::string(binary) == "./node.py";
    CompareOptions asked = options_with({"push"}, {"no-fault", "kills"});
    asked.real = true;
    asked.test.node_count = 3;
    asked.test.binary = binary;
    if (foreign) {
      EXPECT_THROW(resolve(asked), BadCommandLine);
    } else {
      resolve(asked);
      EXPECT_EQ(asked.conditions.size(), 2U);
    }
    CompareOptions usual = asked;
    usual.condition_names.clear();
    resolve(usual);
    const bool kills =
        std::any_of(usual.conditions.begin(), usual.conditions.end(),
                    [](const Condition& condition) { return condition.name == kKillsCondition; });
    EXPECT_EQ(kills, !foreign) << binary;
    EXPECT_NE(describe_setting(usual).find(binary), std::string::npos) << describe_setting(usual);
  }
}

TEST(CompareOptions, PlansEachSeedOfEachContestantUnderEachCondition) {
  CompareOptions options = options_with({"push", "flood"}, {"loss", "no-fault"});
  options.seeds = 2;
  options.seed = 7;
  resolve(options);
  ASSERT_EQ(count_runs(options), 8U);
  std::vector<std::string> plans;
  for (std::size_t i = 0; i < 8; ++i) {
    const Plan plan = plan_of(options, i);
    plans.push_back(std::string(options.conditions[plan.condition].name) + " " +
                    name_of(options.contestants[plan.contestant]) + " " +
                    std::to_string(plan.seed));
  }
  EXPECT_EQ(plans, (std::vector<std::string>{"no-fault push 7", "no-fault push 8",
                                             "no-fault flood 7", "no-fault flood 8", "loss push 7",
                                             "loss push 8", "loss flood 7", "loss flood 8"}));
  EXPECT_EQ(test_options(options, plan_of(options, 0)).network.wire.loss, 0);
  EXPECT_EQ(test_options(options, plan_of(options, 7)).network.wire.loss, 0.1);
  EXPECT_EQ(test_options(options, plan_of(options, 7)).seed, 8U);
  EXPECT_TRUE(test_options(options, plan_of(options, 7)).strict) << "an odd run is not valid here";
}

TEST(Figures, ComeFromTheResults) {
  const Json results = {
      {"valid?", false},
      {"net", {{"valid?", true}, {"servers", {{"msgs-per-op", 1.5}}}}},
      {"hearsay", {{"valid?", true}, {"traffic", {{"servers", {{"bytes-per-op", 600}}}}}}},
      {"workload",
       {{"valid?", false}, {"lost-count", 3}, {"stable-latencies", {{"0.5", 120}, {"1", 310}}}}}};
  const Figures figures = read_figures(results);
  EXPECT_EQ(figures.messages_per_op, 1.5);
  EXPECT_EQ(figures.bytes_per_op, 600);
  EXPECT_EQ(figures.median_ms, 120);
  EXPECT_EQ(figures.maximum_ms, 310);
  EXPECT_EQ(figures.lost, 3);
  const RunVerdict verdict = read_verdict(results);
  EXPECT_FALSE(verdict.valid);
  EXPECT_TRUE(verdict.only_lost_values);
}

TEST(Figures, SayWhyARunIsNotValid) {
  const Json results = {{"valid?", false},
                        {"hearsay", {{"valid?", false}}},
                        {"workload", {{"valid?", false}, {"lost-count", 3}}}};
  EXPECT_FALSE(read_verdict(results).only_lost_values) << "a bad line as well";
  const RunVerdict stopped =
      read_verdict({{"valid?", "unknown"}, {"hearsay", {{"failure", "n3 died"}}}});
  EXPECT_FALSE(stopped.valid);
  EXPECT_NE(stopped.why.find("n3 died"), std::string::npos);
}

TEST(Figures, OfSeveralRunsAreMediansAndAllLostValues) {
  std::vector<Figures> runs(3);
  runs[0].maximum_ms = 900;
  runs[1].maximum_ms = 300;
  runs[2].maximum_ms = 400;
  runs[0].lost = 1;
  runs[2].lost = 2;
  EXPECT_EQ(typical(runs).maximum_ms, 400);
  EXPECT_EQ(typical(runs).lost, 3);
  EXPECT_FALSE(typical(runs).messages_per_op);
  runs.pop_back();
  EXPECT_EQ(typical(runs).maximum_ms, 600);
}

TEST(Comparison, MarksThoseThatNobodyBeats) {
  CompareOptions options = options_with({"relay:0", "relay:250", "epidemic", "push"}, {"no-fault"});
  resolve(options);
  const Comparison comparison =
      compare_runs(options, {outcome(12, 98), outcome(2, 240), outcome(4, 240), outcome(15, 575)});
  std::vector<bool> unbeaten;
  unbeaten.reserve(comparison.cells.size());
  for (const Cell& cell : comparison.cells) unbeaten.push_back(cell.unbeaten);
  EXPECT_EQ(unbeaten, (std::vector<bool>{true, true, false, false}));
  EXPECT_TRUE(all_good(comparison));
}

TEST(Comparison, OnlyFloodMayLoseValuesAndOnlyWhenMessagesGetLost) {
  CompareOptions options = options_with({"relay", "flood"}, {"no-fault", "loss"});
  resolve(options);
  const auto good = [&](std::vector<RunOutcome> runs) {
    return all_good(compare_runs(options, std::move(runs)));
  };
  const RunOutcome fine = outcome(2, 300);
  const RunOutcome lost = outcome_that_lost(4);
  EXPECT_TRUE(good({fine, fine, fine, lost}));
  EXPECT_FALSE(good({fine, fine, lost, fine}));
  EXPECT_FALSE(good({fine, lost, fine, fine}));
  RunOutcome broken = lost;
  broken.verdict.only_lost_values = false;
  EXPECT_FALSE(good({fine, fine, fine, broken}));
}

TEST(Comparison, DoesNotCallALoserUnbeatenNorBeatAnybodyWithIt) {
  CompareOptions options = options_with({"relay", "flood"}, {"loss"});
  resolve(options);
  const Comparison comparison = compare_runs(options, {outcome(2, 300), outcome_that_lost(4)});
  EXPECT_TRUE(comparison.cells[0].unbeaten);
  EXPECT_FALSE(comparison.cells[1].unbeaten);
}

TEST(Table, HasARowForEachAndSaysWhatIsWrong) {
  CompareOptions options = options_with({"relay", "relay:250", "flood"}, {"no-fault", "loss"});
  resolve(options);
  RunOutcome broken;
  broken.verdict.why = "could not go on: n3 died";
  broken.results = "runs/here.json";
  const std::string table =
      make_table(compare_runs(options, {outcome(1.65, 311), outcome(2.5, 240), outcome(27, 790),
                                        broken, outcome(2.5, 640), outcome_that_lost(17)}));
  for (const char* text : {"default ", "   250 ", "1.65", "38,929", "240 ", "790", "no-fault", "17",
                           "! relay under loss, seed 0: could not go on: n3 died (runs/here.json)",
                           "that is no error here"}) {
    EXPECT_NE(table.find(text), std::string::npos) << text << "\n" << table;
  }
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = table.find("\n  relay  ", at)) != std::string::npos; ++at) ++rows;
  EXPECT_EQ(rows, 4U) << table;
}

TEST(Frontier, ShowsPublishedFiguresBesideRunsOfTheirSizeOnly) {
  CompareOptions options = options_with({"relay:250", "relay:0", "push"}, {"no-fault"});
  resolve(options);
  const auto script = [&] {
    return make_frontier_script(
        compare_runs(options, {outcome(2.5, 240), outcome(12, 98), outcome(15, 575)}));
  };
  const std::string with = script();
  EXPECT_NE(with.find("1087 1.92"), std::string::npos);
  EXPECT_NE(with.find("575 15.31"), std::string::npos);
  EXPECT_NE(with.find("98 12 \"0\"\n240 2.5 \"250\"\n"), std::string::npos)
      << "joined in the order of their latencies\n"
      << with;
  options.test.node_count = 100;
  EXPECT_EQ(script().find("published"), std::string::npos);
}

TEST(Frontier, IsNotDrawnOfNothing) {
  CompareOptions options = options_with({"relay"}, {"no-fault"});
  resolve(options);
  EXPECT_EQ(make_frontier_script(compare_runs(options, {RunOutcome()})), "");
}

}  // namespace
}  // namespace hearsay::compare
