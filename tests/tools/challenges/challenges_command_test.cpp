// `hearsay challenges`, and `--challenge` of the other commands.
#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class ChallengesCommand : public CommandTest {
 protected:
  Finished hearsay(const std::string& arguments) const {
    const std::size_t dashes = std::min(arguments.find("-- "), arguments.size());
    return run_shell(std::string(HEARSAY_COMMAND) + " " + arguments.substr(0, dashes) +
                     " --store " + store_.string() + " " + arguments.substr(dashes));
  }
};

TEST_F(ChallengesCommand, AllPassInTheSimulator) {
  const Finished finished = hearsay("challenges --sim --seed 1");
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("14 of 14 passed"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find(" < 600  PASS"), std::string::npos) << finished.output;
  EXPECT_TRUE(fs::exists(store_ / "broadcast" / "latest" / "results.json"));
}

TEST_F(ChallengesCommand, OneThatMissesALimitFails) {
  const Finished finished = hearsay("challenges --sim --only 3d,1 --json -- --gossip flood");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  const nlohmann::json answer = nlohmann::json::parse(finished.output);
  EXPECT_EQ(answer.at("passed"), false);
  EXPECT_EQ(answer.at("challenges").at(0).at("passed"), true);
  const nlohmann::json& missed = answer.at("challenges").at(1);
  EXPECT_EQ(missed.at("challenge"), "3d");
  EXPECT_EQ(missed.at("passed"), false);
  EXPECT_NE(missed.at("notes").dump().find("must be below 600"), std::string::npos) << missed;
}

TEST_F(ChallengesCommand, OneAloneIsATestOfTheSameName) {
  const Finished good = hearsay("sim --challenge 3e --seed 1");
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_NE(good.output.find("challenge 3e"), std::string::npos) << good.output;
  EXPECT_EQ(results().at("hearsay").at("challenge").at("passed"), true);
  EXPECT_EQ(results().at("hearsay").at("options").at("args").at(1), "1000");
  const Finished slow = hearsay("sim --challenge 3d --seed 1 -- --gossip flood");
  EXPECT_EQ(slow.exit_code, 1) << slow.output;
  EXPECT_EQ(results().at("valid?"), true) << "Maelstrom's verdict stays";
  EXPECT_NE(slow.output.find("Valid, but challenge 3d is NOT PASSED"), std::string::npos);
  const Finished changed = hearsay("test --challenge 3d --rate 5");
  EXPECT_EQ(changed.exit_code, 254) << "then it is another one";
  EXPECT_NE(changed.output.find("--rate: fixed by --challenge 3d"), std::string::npos);
}

TEST_F(ChallengesCommand, RealProcessesOfAnybody) {
  const std::string nodes = HEARSAY_TEST_NODES;
  const Finished finished =
      hearsay("challenges --only 1 --bin " + nodes + "/faulty.py -- wrong-echo");
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  EXPECT_NE(finished.output.find("FAIL"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("wrong echoes"), std::string::npos) << finished.output;
}

TEST_F(ChallengesCommand, AFullDiskCostsTheFilesOnly) {
  // Files end at 2 * 512 bytes, as on a disk that is full.
  const std::string full = "ulimit -f 2; ";
  const std::string command =
      std::string(HEARSAY_COMMAND) + " challenges --sim --only 1,2 --store " + store_.string();
  const Finished all = run_shell("(" + full + command + ")");
  EXPECT_EQ(all.exit_code, 255) << all.output;
  EXPECT_NE(all.output.find("2 of 2 passed"), std::string::npos) << all.output;
  EXPECT_EQ(all.output.find("FAIL"), std::string::npos) << all.output;
  EXPECT_EQ(all.output.find("a page"), std::string::npos) << "there is none: " << all.output;
  const Finished errors = run_shell("(" + full + command + " 2>&1 >/dev/null)");
  EXPECT_NE(errors.output.find("hearsay: can't write " + store_.string() + "/echo/"),
            std::string::npos)
      << errors.output;
  EXPECT_NE(errors.output.find("results.json: File too large (--store names another place)"),
            std::string::npos)
      << errors.output;
}

TEST_F(ChallengesCommand, WhatANodePutInThePlaceOfAPageIsNone) {
  const Finished finished = run_shell(
      std::string(HEARSAY_COMMAND) + " challenges --only 1 --store " + store_.string() + " --bin " +
      HEARSAY_TEST_NODES + "/spoiler.py -- fifo " + store_.string() + " report.html");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("1 of 1 passed"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("report.html: a FIFO stands there already"), std::string::npos)
      << finished.output;
  EXPECT_EQ(finished.output.find("has a page"), std::string::npos) << finished.output;
}

TEST_F(ChallengesCommand, WhatCannotStartIsSaid) {
  const Finished missing = hearsay("challenges --only 1 --bin /nowhere/node");
  EXPECT_EQ(missing.exit_code, 255);
  EXPECT_NE(missing.output.find("/nowhere/node"), std::string::npos) << missing.output;
  const Finished crashing = hearsay("challenges --only 1 --bin " + std::string(HEARSAY_TEST_NODES) +
                                    "/faulty.py -- silent");
  EXPECT_EQ(crashing.exit_code, 255) << crashing.output;
  EXPECT_NE(crashing.output.find("did not answer init"), std::string::npos) << crashing.output;
  EXPECT_NE(crashing.output.find("no verdict"), std::string::npos) << crashing.output;
  EXPECT_EQ(crashing.output.find("FAIL\n"), std::string::npos) << crashing.output;
}

}  // namespace
}  // namespace hearsay::test
