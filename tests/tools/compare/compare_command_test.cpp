// `hearsay compare` as people run it, in the simulator.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/node_runner.h"
#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class CompareCommandTest : public CommandTest {
 protected:
  Finished compare(const std::string& arguments) const {
    return run_shell(std::string(HEARSAY_COMMAND) + " compare --store " + store_.string() + " " +
                     arguments);
  }
  // Small enough for a test.
  Finished compare_small(const std::string& arguments) const {
    return compare("--node-count 5 --time-limit 3 --recovery 2 --no-plots " + arguments);
  }
  nlohmann::json comparison() const {
    std::ifstream file(store_ / "latest" / "compare.json");
    return nlohmann::json::parse(file);
  }
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST_F(CompareCommandTest, ShowsEveryContestantUnderEveryCondition) {
  const Finished finished = compare_small(
      "-c relay:250 -c epidemic -c push --condition "
      "no-fault,partition,loss,kills,duplicate,reorder");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  for (const char* strategy : {"\n  relay  ", "\n  epidemic  ", "\n  push  "}) {
    EXPECT_EQ(count_of(finished.output, strategy), 6U) << strategy << finished.output;
  }
  const nlohmann::json json = comparison();
  EXPECT_EQ(json["valid?"], true);
  ASSERT_EQ(json["rows"].size(), 18U);
  for (const nlohmann::json& row : json["rows"]) {
    EXPECT_GT(row["messages-per-op"].get<double>(), 0) << row;
    EXPECT_GT(row["bytes-per-op"].get<double>(), 0) << row;
    EXPECT_GE(row["stable-latency-maximum"], row["stable-latency-median"]) << row;
    EXPECT_EQ(row["lost"], 0) << row;
    const std::string results = row["runs"][0]["results"];
    EXPECT_TRUE(fs::exists(store_ / "latest" / results)) << results;
  }
}

TEST_F(CompareCommandTest, RepeatsItselfWhateverRunsBesideWhat) {
  const std::string what =
      "-c epidemic -c \"push --gossip-interval-ms 80\" --condition loss,kills "
      "--seeds 2 --seed 9 --jobs ";
  ASSERT_EQ(compare_small(what + "1").exit_code, 0);
  const nlohmann::json first = comparison();
  ASSERT_EQ(compare_small(what + "3").exit_code, 0);
  EXPECT_EQ(first["rows"], comparison()["rows"]);
  ASSERT_EQ(first["rows"][0]["runs"].size(), 2U);
  EXPECT_NE(first["rows"][0]["runs"][0]["messages-per-op"],
            first["rows"][0]["runs"][1]["messages-per-op"])
      << "another seed";
}

TEST_F(CompareCommandTest, ShowsWhatFloodLosesAndDoesNotBlameIt) {
  const Finished finished = compare_small("-c flood --rate 50 --topology line --condition loss");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_GT(comparison()["rows"][0]["lost"].get<int>(), 0);
  EXPECT_NE(finished.output.find("that is no error here"), std::string::npos) << finished.output;
}

TEST_F(CompareCommandTest, RefusesWhatItCannotRun) {
  for (const char* arguments :
       {"-c telepathy", "-c push:250", "-c \"relay --worker x\"", "--condition earthquake",
        "--bin /bin/true", "--node-count 0", "--seed -1"}) {
    const Finished finished = compare(arguments);
    EXPECT_EQ(finished.exit_code, 254) << arguments << finished.output;
    EXPECT_FALSE(fs::exists(store_ / "compare")) << arguments;
  }
}

TEST_F(CompareCommandTest, SaysWhichRealRunCouldNotGoOn) {
  const Finished finished = compare_small("--real --bin /bin/false -c relay --condition no-fault");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("! relay under no-fault, seed 1: could not go on"),
            std::string::npos)
      << finished.output;
}

TEST_F(CompareCommandTest, AFullDiskCostsTheFilesOnly) {
  const Finished finished = run_shell(
      "(ulimit -f 0; " + std::string(HEARSAY_COMMAND) + " compare --store " + store_.string() +
      " --node-count 3 --time-limit 1 --recovery 1 -c relay -c epidemic " +
      "--condition no-fault)");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_EQ(finished.output.find("could not go on"), std::string::npos) << finished.output;
  EXPECT_EQ(finished.output.find("  -  "), std::string::npos) << "figures: " << finished.output;
  EXPECT_NE(finished.output.find(".json: File too large (--store names another place)"),
            std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("3 files more could not be written"), std::string::npos)
      << "one more result, compare.json, the report: " << finished.output;
  EXPECT_EQ(finished.output.find("Figures in"), std::string::npos) << finished.output;
}

TEST_F(CompareCommandTest, DrawsTheFrontierWhereThereIsGnuplot) {
  const Finished finished =
      compare("--node-count 3 --time-limit 1 --recovery 1 -c relay:0 -c push --condition no-fault");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  if (finished.output.find("there is no gnuplot here") != std::string::npos) return;
  EXPECT_TRUE(fs::exists(store_ / "latest" / "frontier.svg")) << finished.output;
  EXPECT_FALSE(fs::exists(store_ / "latest" / "plots.log")) << "gnuplot complained";
}

TEST_F(CompareCommandTest, APlantedPipeDoesNotHoldThePicture) {
  const fs::path node = store_ / "planting";
  fs::create_directories(store_);
  std::ofstream(node) << "#!/bin/sh\nfor f in " << store_.string()
                      << "/compare/2*; do mkfifo $f/frontier.svg 2>/dev/null; done\n"
                      << "exec " << built_program("hearsay-node") << "\n";
  fs::permissions(node, fs::perms::owner_all);
  const Finished finished = compare(
      "--real --bin " + node.string() +
      " --node-count 2 --time-limit 1 --recovery 1 -c relay:0 -c push --condition no-fault");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("a node has put something in its place"), std::string::npos)
      << finished.output;
}

}  // namespace
}  // namespace hearsay::test
