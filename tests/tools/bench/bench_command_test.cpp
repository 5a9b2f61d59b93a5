// `hearsay bench` as people run it, with few lines; those of others may or may not be there.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class BenchCommand : public CommandTest {
 protected:
  Finished measure(const std::string& arguments) const {
    return run_shell(std::string(HEARSAY_COMMAND) + " bench --no-build --rounds 2 --lines 500 " +
                     arguments);
  }
};

TEST_F(BenchCommand, OursIsMeasuredWhoeverElseIsThere) {
  const std::string json = (store_ / "bench.json").string();
  const std::string svg = (store_ / "bench.svg").string();
  const Finished finished = measure("--only node,commit --json " + json + " --svg " + svg);
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("Node: echo"), std::string::npos) << finished.output;
  std::ifstream file(json);
  const auto results = nlohmann::json::parse(file);
  ASSERT_EQ(results.at("contests").size(), 6);
  for (const auto& contest : results.at("contests")) {
    if (!contest.at("title").get<std::string>().starts_with("Node")) continue;
    const auto& ours = contest.at("entries")[0];
    EXPECT_EQ(ours.at("why-not"), "") << contest;
    EXPECT_EQ(ours.at("rounds").size(), 2) << contest;
    EXPECT_GT(ours.at("median").at("lines-per-s"), 0) << contest;
    EXPECT_GT(ours.at("median").at("cpu-us"), 0) << contest;
  }
  EXPECT_TRUE(std::filesystem::exists(svg));
}

TEST_F(BenchCommand, NothingMeasuredIsNoSuccess) {
  const fs::path copy = store_ / "hearsay";
  fs::copy_file(HEARSAY_COMMAND, copy);
  const Finished finished = run_shell(copy.string() + " bench --no-build --rounds 1 --only ring");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("Medians of 1 round."), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("--target benchmark_peers"), std::string::npos) << finished.output;
}

TEST_F(BenchCommand, AFileThatCantBeWrittenIsNamed) {
  const Finished finished = measure("--only ring --json /nowhere/bench.json");
  EXPECT_EQ(finished.exit_code, 255);
  EXPECT_NE(finished.output.find("/nowhere/bench.json"), std::string::npos) << finished.output;
}

TEST_F(BenchCommand, WhatCantBeMeasuredIsNoRoom) {
  EXPECT_EQ(measure("--only rings").exit_code, 254);
}

}  // namespace
}  // namespace hearsay::test
