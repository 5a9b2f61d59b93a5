// `hearsay drill` as people run it, with few kills: our nodes pass, broken ones do not.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class DrillCommand : public CommandTest {
 protected:
  Finished drill(const std::string& arguments) const {
    return run_shell(std::string(HEARSAY_COMMAND) + " drill --store " + store_.string() +
                     " --recovery 2 " + arguments);
  }
  // `node`: a file of tests/tools/nodes, with its argument behind "--".
  Finished drill_foreign(const std::string& node, const std::string& arguments) const {
    return drill("--bin " + std::string(HEARSAY_TEST_NODES) + "/" + node + " " + arguments);
  }
  nlohmann::json results_of_drill() const { return nlohmann::json::parse(read("drill.json")); }
  void expect_found(const Finished& finished, const std::string& words) const {
    EXPECT_EQ(finished.exit_code, 1) << finished.output;
    EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
  }
};

TEST_F(DrillCommand, OurNodesLoseNothingWhileWorkersAreKilled) {
  const Finished finished = drill("--kills 60 --nodes 3");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("VALID: nothing lost"), std::string::npos) << finished.output;
  const nlohmann::json results = results_of_drill();
  const nlohmann::json& strikes = results.at("strikes");
  EXPECT_EQ(strikes.at("kills"), 60);
  EXPECT_EQ(strikes.at("outage-ms").at("count"), 60);
  EXPECT_GT(strikes.at("outage-ms").at("p50"), 0);
  for (const nlohmann::json& place : strikes.at("by-place")) {
    EXPECT_NE(place.at("place"), "unknown") << "our nodes say where a worker was";
  }
  EXPECT_EQ(results.at("deaths").at("by-cause"), nlohmann::json({{"nemesis", 60}}));
  EXPECT_GT(results.at("operations").at("by-load"), 0);
  EXPECT_GT(results.at("recoveries").size(), 0U);
  EXPECT_EQ(results.at("holdings").size(), 3U);
  EXPECT_NE(read("report.html").find("<circle"), std::string::npos);
  EXPECT_EQ(read("report.txt"), finished.output);
}

TEST_F(DrillCommand, OurNodesLoseNothingWhileTheyAreKilledWhole) {
  const Finished finished = drill("--kills 12 --nodes 3 --every 200ms --target both --values 200");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  bool killed = false;
  const nlohmann::json results = results_of_drill();
  for (const nlohmann::json& place : results.at("strikes").at("by-place")) {
    killed = killed || place.at("place") == "node killed";
  }
  EXPECT_TRUE(killed);
  EXPECT_FALSE(fs::exists(store_ / "latest" / "state")) << "nobody needs it any more";
}

TEST_F(DrillCommand, StoppedWorkersAnswerInTheEnd) {
  const Finished finished =
      drill("--kills 20 --nodes 2 --stop --stop-for 30ms --under unique-ids --seed 1");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_GT(results_of_drill().at("strikes").at("stops"), 0);
  EXPECT_GT(results_of_drill().at("strikes").at("kills"), 0);
}

TEST_F(DrillCommand, AWorkerThatHoldsItsStateInMemoryLosesValues) {
  const Finished finished =
      drill_foreign("forgetful.py", "--kills 3 --nodes 2 --every 400ms --values 20");
  expect_found(finished, "lost (");
  EXPECT_GT(results_of_drill().at("lost").at("count"), 0);
}

TEST_F(DrillCommand, ANodeThatHoldsItsStateInMemoryLosesValues) {
  const Finished finished = drill_foreign(
      "direct.py", "--kills 1 --nodes 2 --every 200ms --target node --values 20 --rate 20");
  expect_found(finished, "lost (");
}

TEST_F(DrillCommand, AnAnswerThatComesTwiceIsFound) {
  expect_found(drill_foreign("faulty.py",
                             "--kills 1 --nodes 1 --every 200ms --target node --under echo "
                             "-- answers-twice"),
               "a request was answered twice");
}

TEST_F(DrillCommand, AnIdThatIsHandedOutTwiceIsFound) {
  expect_found(drill_foreign("faulty.py",
                             "--kills 1 --nodes 2 --every 200ms --target node --under unique-ids "
                             "-- same-ids"),
               "handed out more than once");
}

TEST_F(DrillCommand, WhatIsLeftInSharedMemoryIsFound) {
  const std::string name = store_.filename();  // that nobody else has
  ::setenv("LEAK_NAME", name.c_str(), 1);
  const Finished finished =
      drill_foreign("forgetful.py", "--kills 2 --nodes 1 --every 300ms --values 5 -- leaks");
  expect_found(finished, "left behind in /dev/shm: " + name);
  std::set<fs::path> left;
  for (const auto& entry : fs::directory_iterator("/dev/shm")) {
    if (entry.path().filename().string().starts_with(name)) left.insert(entry.path());
  }
  for (const fs::path& path : left) fs::remove(path);
}

TEST_F(DrillCommand, ANodeWithoutAWorkerProvesNothing) {
  const Finished finished = drill_foreign("direct.py", "--kills 3 --nodes 1 --under echo");
  EXPECT_EQ(finished.exit_code, 2) << finished.output;
  EXPECT_NE(finished.output.find("--target node"), std::string::npos) << finished.output;
}

TEST_F(DrillCommand, WhatCannotBeDoneIsRefused) {
  for (const char* arguments : {"--every 0", "--every soon", "--kills 0", "--target world",
                                "--under tea", "--values 3 --under echo", "--state-dir /tmp/x"}) {
    EXPECT_EQ(drill(arguments).exit_code, 254) << arguments;
  }
  const Finished finished = drill("--target node -- --state-dir /tmp/x");
  EXPECT_EQ(finished.exit_code, 254);
  EXPECT_NE(finished.output.find("leave it out"), std::string::npos) << finished.output;
  EXPECT_EQ(drill("--bin /no/such/program").exit_code, 255);
  EXPECT_EQ(drill("-- --no-such-option").exit_code, 254);
}

TEST_F(DrillCommand, AFullDiskIsToldByTheDrill) {
  const Finished finished =
      run_shell("(ulimit -f 0; " + std::string(HEARSAY_COMMAND) + " drill --store " +
                store_.string() + " --under echo --kills 1 --nodes 1 --bin " + HEARSAY_TEST_NODES +
                "/faulty.py -- dies-at-start)");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("hearsay drill: the log of n0 can't be written: File too large"),
            std::string::npos)
      << finished.output;
  EXPECT_EQ(finished.output.find("hearsay test: "), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("\n    cannot go on without my hat"), std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("drill.json: File too large"), std::string::npos)
      << finished.output;
  EXPECT_EQ(finished.output.find("drill.json and all the rest"), std::string::npos)
      << "there is none: " << finished.output;
}

TEST_F(DrillCommand, CtrlCEndsItWithWhatWasFound) {
  const Finished finished =
      run_shell("timeout --preserve-status -s INT 3 " + std::string(HEARSAY_COMMAND) +
                " drill --nodes 2 --under echo --kills 90000 --store " + store_.string());
  EXPECT_EQ(finished.exit_code, 130) << finished.output;
  EXPECT_NE(finished.output.find("INTERRUPTED"), std::string::npos) << finished.output;
  EXPECT_GT(results_of_drill().at("strikes").at("kills"), 0);
}

}  // namespace
}  // namespace hearsay::test
