// `hearsay check` as people use it: files, folders, exit codes, words.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/on_terminal.h"
#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class CheckCommand : public CommandTest {
 protected:
  static Finished check(const std::string& arguments) {
    return run_shell(std::string(HEARSAY_COMMAND) + " check " + arguments);
  }
  std::string file(const char* name, const std::string& text) const {
    std::ofstream(store_ / name) << text;
    return (store_ / name).string();
  }
};

constexpr const char* kValid =
    "{:type :invoke :process 0 :f :echo :value \"a\"}\n"
    "{:type :ok :process 0 :f :echo :value {:echo \"a\"}}\n";
constexpr const char* kInvalid =
    "{:type :invoke :process 0 :f :echo :value \"a\"}\n"
    "{:type :ok :process 0 :f :echo :value {:echo \"b\"}}\n";

TEST_F(CheckCommand, TheExitCodeIsTheVerdict) {
  const std::string valid = file("valid.edn", kValid);
  const std::string invalid = file("invalid.edn", kInvalid);
  const std::string unknown = file("unknown.edn",
                                   "{:type :invoke :process 0 :f :read :value nil}\n"
                                   "{:type :ok :process 0 :f :read :value []}\n");
  EXPECT_EQ(check("-w echo " + valid).exit_code, 0);
  EXPECT_EQ(check("-w echo " + invalid).exit_code, 1);
  EXPECT_EQ(check("-w g-set " + unknown).exit_code, 2);
  EXPECT_EQ(check("-w echo " + valid + " " + invalid).exit_code, 1) << "the worst";
  EXPECT_NE(check("-w echo " + valid).output.find("Valid: everything looks good."),
            std::string::npos);
  EXPECT_NE(check("-w echo " + invalid).output.find("INVALID:\n  - 1 wrong"), std::string::npos);
}

TEST_F(CheckCommand, ResultsAsJson) {
  const Finished one = check("--json -w echo " + file("a.edn", kValid));
  EXPECT_EQ(nlohmann::json::parse(one.output).at("workload").at("valid?"), true);
  const Finished two =
      check("--json -w echo " + file("a.edn", kValid) + " " + file("b.edn", kInvalid));
  EXPECT_EQ(nlohmann::json::parse(two.output).at((store_ / "b.edn").string()).at("valid?"), false);
}

TEST_F(CheckCommand, AFolderOfARunWillDo) {
  file("history.edn", kInvalid);
  EXPECT_EQ(check("-w echo " + store_.string()).exit_code, 1);
}

TEST_F(CheckCommand, JudgesOurOwnRunsAsTheyWereJudged) {
  for (const char* fault : {"none", "loses"}) {
    const Finished finished = run_faulty("broadcast", fault);
    const Finished checked = check("-w broadcast --json " + (store_ / "latest").string());
    EXPECT_EQ(checked.exit_code, finished.exit_code) << fault << checked.output;
    EXPECT_EQ(nlohmann::json::parse(checked.output).at("workload"), results().at("workload"));
  }
}

TEST_F(CheckCommand, ARunThatFailedIsNotJudgedByWhatItLeft) {
  ASSERT_EQ(run_faulty("echo", "dies").exit_code, 255);
  const Finished checked = check("-w echo " + (store_ / "latest").string());
  EXPECT_EQ(checked.exit_code, 2) << checked.output;
  EXPECT_NE(checked.output.find("UNKNOWN: the run was interrupted, or failed"), std::string::npos)
      << checked.output;
}

TEST_F(CheckCommand, JsonStaysJsonWhateverStandsInAHistory) {
  const std::string history = R"({:process 0 :type :invoke :f :add :value 1}
{:process 0 :type :info :f :add :value 1 :exception "odd: \u2028 \u200b \u007f \u0085"}
)";
  const Finished checked = check("--json -w g-set " + file("odd.edn", history));
  EXPECT_TRUE(nlohmann::json::accept(checked.output)) << checked.output;
}

TEST_F(CheckCommand, AGoodHistoryOfARunThatWasInvalidIsNoPraise) {
  ASSERT_EQ(run_faulty("echo", "garbage").exit_code, 1);
  const Finished checked = check("-w echo " + (store_ / "latest").string());
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_NE(checked.output.find("Valid, but:\n  - its run was invalid"), std::string::npos)
      << checked.output;
}

TEST_F(CheckCommand, WhatIsNoHistoryIsRefusedInWords) {
  const auto refused = [&](const std::string& arguments, const std::string& words) {
    const Finished finished = check(arguments);
    EXPECT_EQ(finished.exit_code, 254) << finished.output;
    EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
  };
  refused("-w echo " + (store_ / "none.edn").string(), "can't be read: No such file");
  refused("-w echo " + store_.string(),
          "has neither a history.edn nor a history.jsonl: it is not the folder of one run");
  refused("-w echo " + file("empty.edn", ""), "is empty");
  refused("-w echo " + file("words.edn", "once upon a time"), "is no history: line 1, column 1");
  refused("-w echo " + file("results.json", "{}"), "holds a verdict, not a history");
  refused("-w echo " + file("cut.edn", std::string(kValid).substr(0, 80)), "was cut off");
  refused("-w kafka " + file("echo.edn", kValid), "its operations are echo, which kafka does not");
  refused("-w txn-rw-register " + file("lists.edn",
                                       "{:type :invoke :process 0 :f :txn :value [[:append 1 2]]}\n"
                                       "{:type :ok :process 0 :f :txn :value [[:append 1 2]]}\n"),
          "has a step \"append\", which txn-rw-register does not have");
  refused("-w echo " + file("words.edn", "once upon a time") + " " + file("good.edn", kValid),
          "Valid: everything looks good.");
  refused("-w nothing x.edn", "nothing");
  refused("-w echo", "history");
}

// A pipe that is slow stands for a history that is long.
TEST_F(CheckCommand, OnATerminalALineSaysWhatTakesSoLong) {
  const std::string pipe = (store_ / "slow").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string line = "(sleep 2.5; cat " + file("a.edn", kValid) + ") > " + pipe + " & exec " +
                           HEARSAY_COMMAND + " check -w echo " + pipe;
  const Seen seen = on_terminal(20, [&] { ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr); });
  EXPECT_EQ(seen.exit_code, 0) << seen.text;
  ASSERT_FALSE(seen.progress.empty()) << seen.text;
  EXPECT_TRUE(seen.progress[0].starts_with("2 s  reading ")) << seen.progress[0];
  EXPECT_LT(seen.progress[0].size(), 20U);
  EXPECT_TRUE(seen.left.starts_with("Valid: everything looks good.\n")) << seen.text;
}

}  // namespace
}  // namespace hearsay::test
