// What people are told who made a usual mistake (nodes/puzzling.py).
#include <gtest/gtest.h>

#include <string>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class Puzzling : public CommandTest {
 protected:
  Finished run_puzzling(const std::string& mistake) {
    return run("puzzling.py", "-w echo --node-count 1 --rate 20 --time-limit 0.7 -- " + mistake);
  }
};

void expect_words(const Finished& finished, int exit_code, const std::string& words) {
  EXPECT_EQ(finished.exit_code, exit_code) << finished.output;
  EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
  EXPECT_EQ(finished.output.find("does it flush"), std::string::npos) << finished.output;
}

TEST_F(Puzzling, LinesMayEndWithCarriageReturns) {
  expect_words(run_puzzling("ends-with-returns"), 0, "Valid: everything looks good.");
}

TEST_F(Puzzling, AnInitThatIsHandedBackIsShown) {
  expect_words(run_puzzling("hands-init-back"), 255,
               "n0 did not answer init within 10 s. Its first message has the src \"c0\" and the "
               "dest \"n0\", so it went to itself");
}

// After a good init_ok.
TEST_F(Puzzling, ASetUpMessageThatIsNotAnsweredIsExplainedAsAnInitIs) {
  const auto set_up = [&](const char* mistake) {
    return run("puzzling.py",
               std::string("-w broadcast --node-count 1 --time-limit 0.5 -- ") + mistake);
  };
  const Finished silent = set_up("says-nothing");
  EXPECT_EQ(silent.exit_code, 255) << silent.output;
  EXPECT_NE(silent.output.find("n0 did not answer topology within 5 s. It lives, and wrote no more "
                               "than 1 message to stdout: does it flush"),
            std::string::npos)
      << silent.output;
  expect_words(set_up("answers-topology-to-itself"), 255,
               "n0 did not answer topology within 5 s. Its last message went to itself");
  expect_words(set_up("knows-no-topology"), 255, "n0 answered topology with {\"code\":10,");
}

TEST_F(Puzzling, AFileThatIsNotThereWhereNodesStartIsExplained) {
  expect_words(
      run_puzzling("looks-beside-itself"), 255,
      "Nodes start in /tmp, here as under Maelstrom: node.py, which lies beside the program, "
      "needs its whole path");
  const Finished elsewhere = run_puzzling("looks-elsewhere");
  expect_words(elsewhere, 255, "No such file or directory: '/nowhere/node.py'");
  EXPECT_EQ(elsewhere.output.find("Nodes start in"), std::string::npos) << elsewhere.output;
}

TEST_F(Puzzling, WhoPrintsOtherThingsIsNotAskedAboutItsFlush) {
  expect_words(run_puzzling("mumbles"), 1, "1 line that is no message");
}

TEST_F(Puzzling, ForgottenLineEndsAreCounted) {
  expect_words(run_puzzling("forgets-line-ends"), 0, "bytes without a line end");
}

TEST_F(Puzzling, AnswersOnStderrAreSeenThere) {
  expect_words(run_puzzling("answers-on-stderr"), 255,
               "It answers on stderr: messages go to stdout");
  expect_words(run_puzzling("answers-on-stderr-later"), 1,
               "n0 answers on stderr: messages go to stdout");
}

TEST_F(Puzzling, ALoopWithoutAnEndIsAskedAbout) {
  expect_words(run_puzzling("runs-in-circles"), 1, "is it in a loop that does not end?");
}

TEST_F(Puzzling, WhoDoesNotReadIsAskedWhatItWaitsFor) {
  const Finished finished =
      run("puzzling.py",
          "-w echo --node-count 1 --concurrency 4 --rate 20 --time-limit 1 -- "
          "waits-for-something-else");
  expect_words(finished, 1, "n0 has not read the last ");
  EXPECT_EQ(finished.output.find("does it flush"), std::string::npos) << finished.output;
}

TEST_F(Puzzling, WhoIsStoppedIsSaidToBe) {
  const Finished finished = run_puzzling("stops-itself");
  expect_words(finished, 1, "n0 is stopped (by SIGSTOP");
  EXPECT_EQ(finished.output.find("does it flush"), std::string::npos) << finished.output;
  expect_words(run_puzzling("stops-at-once"), 255, "It lives, and is stopped (by SIGSTOP");
}

TEST_F(Puzzling, AnErrorOnStderrIsShownWithItsFile) {
  const Finished finished = run_puzzling("swallows-errors");
  expect_words(finished, 1, "n0 wrote 3 lines to stderr, among them: KeyError: 'value' (all: ");
  EXPECT_NE(finished.output.find("node-logs/n0.log)"), std::string::npos) << finished.output;
}

TEST_F(Puzzling, WhereFewWereTriedThatIsSaid) {
  const std::string flags = "-w echo --node-count 1 --time-limit 1 --recovery 0 ";
  const Finished few = run("puzzling.py", flags + "--rate 4 -- refuses");
  expect_words(few, 1, "no echo ever succeeded (of ");
  const Finished many = run("puzzling.py", flags + "--rate 50 -- refuses");
  expect_words(many, 1, "no echo ever succeeded\n");
}

TEST_F(Puzzling, OnlyStrictIsBlamedWhereNothingElseIsWrong) {
  const std::string flags = "--node-count 2 --rate 20 --time-limit 1 --recovery 0.3 --strict -- ";
  const Finished other = run("puzzling.py", "-w echo " + flags + "refuses-as-n0");
  expect_words(other, 1, "Maelstrom does not look at this (--strict makes it invalid):");
  EXPECT_EQ(other.output.find("only because of"), std::string::npos) << other.output;
  expect_words(run("faulty.py", "-w broadcast " + flags + "repeats"), 1,
               "Invalid only because of --strict:");
}

TEST_F(Puzzling, MalformedRepliesAmongGoodOnesAreNoPraise) {
  const Finished finished = run_puzzling("forgets-a-key");
  expect_words(finished, 0, "got a malformed reply, the first from n0: the reply lacks \"echo\"");
  EXPECT_EQ(finished.output.find("everything looks good"), std::string::npos) << finished.output;
}

TEST_F(Puzzling, AWrongEchoIsShownBesideTheRightOne) {
  expect_words(run_puzzling("echoes-the-body"), 1, R"(, got {"echo":"Please echo )");
}

TEST_F(Puzzling, AClosedStdoutIsSaidToBeOne) {
  expect_words(run_puzzling("closes-stdout"), 1, "n0 has closed its stdout");
}

// Maelstrom has what was asked for in place of the answer then.
TEST_F(Puzzling, ARefusedEchoIsSaidToBeOne) {
  expect_words(run_puzzling("refuses"), 1, ", got an error");
}

}  // namespace
}  // namespace hearsay::test
