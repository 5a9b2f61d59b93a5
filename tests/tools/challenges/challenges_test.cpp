// The challenges as flags, their limits, and the lines about them.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/challenges/options.h"
#include "tools/challenges/table.h"
#include "tools/console/challenge.h"
#include "tools/report/challenge_verdict.h"
#include "tools/sim/node_arguments.h"

namespace hearsay::challenges {
namespace {

nlohmann::json results(double messages_per_op, int median_ms, int maximum_ms) {
  return {{"valid?", true},
          {"net", {{"servers", {{"msgs-per-op", messages_per_op}}}}},
          {"workload", {{"stable-latencies", {{"0.5", median_ms}, {"1", maximum_ms}}}}}};
}

bool passes(const char* name, const nlohmann::json& of) {
  return bench::judge_challenge(*bench::find_challenge(name), of).at("passed") == true;
}

TEST(ChallengeVerdict, EachLimitCounts) {
  EXPECT_TRUE(passes("3d", results(29.9, 399, 599)));
  EXPECT_FALSE(passes("3d", results(30, 399, 599))) << "below means below";
  EXPECT_FALSE(passes("3d", results(29.9, 400, 599)));
  EXPECT_FALSE(passes("3d", results(29.9, 399, 600)));
  EXPECT_TRUE(passes("3e", results(19.9, 999, 1999)));
  EXPECT_FALSE(passes("3e", results(20, 999, 1999)));
  EXPECT_FALSE(passes("3e", results(19.9, 1000, 1999)));
  EXPECT_FALSE(passes("3e", results(19.9, 999, 2000)));
}

TEST(ChallengeVerdict, AnInvalidRunPassesNothing) {
  nlohmann::json invalid = results(1, 1, 1);
  invalid["valid?"] = false;
  EXPECT_FALSE(passes("3d", invalid));
  EXPECT_FALSE(passes("1", {{"valid?", "unknown"}}));
  EXPECT_TRUE(passes("1", {{"valid?", true}}));
}

TEST(ChallengeVerdict, AFigureThatIsNotThereIsNotBelowALimit) {
  EXPECT_FALSE(passes("3d", {{"valid?", true}}));
}

TEST(ChallengeVerdict, SaysWhatWasMissed) {
  const nlohmann::json section =
      bench::judge_challenge(*bench::find_challenge("3d"), results(56, 300, 800));
  const std::vector<std::string> missed = bench::missed_limits(section);
  ASSERT_EQ(missed.size(), 2U);
  EXPECT_EQ(missed[0], "56 messages an operation: must be below 30");
  EXPECT_EQ(missed[1], "maximum stable latency 800 ms: must be below 600");
  EXPECT_NE(bench::describe(section).find("not passed: 56 messages an operation (below 30)"),
            std::string::npos);
}

// Maelstrom's command lines stand in the README; these are the same.
TEST(Challenges, AreThoseOfTheReadme) {
  std::ifstream file(HEARSAY_README);
  const std::string readme(std::istreambuf_iterator<char>(file), {});
  for (const bench::Challenge& challenge : bench::challenges()) {
    std::string line =
        "maelstrom test -w " + challenge.flags.at(1) + " --bin build/bin/hearsay-node";
    for (std::size_t i = 2; i < challenge.flags.size(); ++i) line += " " + challenge.flags[i];
    EXPECT_NE(readme.find(line), std::string::npos) << challenge.name << ": " << line;
  }
}

TEST(Challenges, StandForTheirFlags) {
  std::vector<std::string> typed = {"test", "--challenge", "3a", "--seed", "1"};
  bench::spell_out_challenge(typed);
  EXPECT_EQ(typed, std::vector<std::string>({"test", "--challenge", "3a", "-w", "broadcast",
                                             "--node-count", "1", "--time-limit", "20", "--rate",
                                             "10", "--seed", "1"}));
  std::vector<std::string> joined = {"test", "--challenge=1"};
  bench::spell_out_challenge(joined);
  EXPECT_EQ(joined.at(2), "-w");
  std::vector<std::string> unknown = {"test", "--challenge", "9"};
  bench::spell_out_challenge(unknown);
  EXPECT_EQ(unknown.size(), 3U) << "the parser says what is wrong";
}

TEST(Challenges, OnlyOurNodeGetsItsOwnArguments) {
  ChallengesOptions options;
  const bench::Challenge& challenge = *bench::find_challenge("3e");
  options.simulated = true;
  EXPECT_EQ(test_options(options, challenge).node_arguments, challenge.own_arguments);
  options.node_arguments = {"--gossip", "flood"};
  EXPECT_EQ(test_options(options, challenge).node_arguments, options.node_arguments);
  options.node_arguments.clear();
  options.simulated = false;
  options.binary = "/somewhere/node.py";
  EXPECT_TRUE(test_options(options, challenge).node_arguments.empty());
  for (const bench::Challenge& each : bench::challenges()) {
    EXPECT_NO_THROW(sim::parse_node_arguments(each.own_arguments)) << each.name;
  }
}

TEST(Challenges, AreChosenInTheirOrder) {
  ChallengesOptions options;
  options.only = {"3d", "1"};
  resolve(options);
  ASSERT_EQ(options.chosen.size(), 2U);
  EXPECT_EQ(options.chosen[0]->name, "1");
  options.simulated = true;
  options.binary = "node.py";
  EXPECT_THROW(resolve(options), BadCommandLine);
}

TEST(ChallengesTable, ALineHasFiguresLimitsAndVerdict) {
  Entry entry;
  entry.challenge = bench::find_challenge("3d");
  entry.passed = entry.has_verdict = true;
  entry.figures = bench::judge_challenge(*entry.challenge, results(1.654, 110, 310)).at("figures");
  const std::string line = make_line(entry);
  for (const char* part : {"3d", "1.65 < 30", "110 < 400", "310 < 600", "PASS"}) {
    EXPECT_NE(line.find(part), std::string::npos) << line;
  }
  EXPECT_LE(line.size(), 81U) << "fits a terminal";
  entry.passed = false;
  EXPECT_EQ(verdict_word(entry), "FAIL");
  entry = {};
  entry.challenge = bench::find_challenge("1");
  EXPECT_EQ(verdict_word(entry), "no verdict");
  EXPECT_NE(make_line(entry).find("no verdict"), std::string::npos) << make_line(entry);
}

TEST(ChallengesTable, JsonSaysWhetherAllPassed) {
  Entry good;
  good.challenge = bench::find_challenge("1");
  good.passed = true;
  Entry bad = good;
  bad.passed = false;
  EXPECT_EQ(to_json({good}).at("passed"), true);
  EXPECT_EQ(to_json({good, bad}).at("passed"), false);
  EXPECT_EQ(to_json({good, bad}).at("challenges").size(), 2U);
}

}  // namespace
}  // namespace hearsay::challenges
