// `hearsay trace` on folders that are not what it expects: it says what they are, and waits for
// nothing.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temporary_folder.h"
#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

const std::string kLine =
    R"({"ts":1,"node":"n1","role":"supervisor","pid":1,"generation":1,"level":"info","event":"input_ended"})"
    "\n";

class TracedFolder : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(run_ / "node-logs");
    std::ofstream(run_ / "node-logs/n1.log") << kLine;
  }
  // A trace that waits is ended after a while.
  Finished trace(const std::string& arguments) const {
    return run_shell("timeout 20 " + std::string(HEARSAY_COMMAND) + " trace " + arguments);
  }
  void expect_refusal(const std::string& arguments, const std::string& words) const {
    const Finished finished = trace(arguments);
    EXPECT_EQ(finished.exit_code, 255) << arguments << ": " << finished.output;
    EXPECT_NE(finished.output.find(words), std::string::npos) << finished.output;
  }

  TemporaryFolder run_;
};

TEST_F(TracedFolder, ALogThatIsGivenTwiceIsRefused) {
  const std::string log = (run_ / "node-logs/n1.log").string();
  expect_refusal("summary " + log + " " + run_.path().string() + "/./node-logs/n1.log",
                 "n1.log is given twice");
}

TEST_F(TracedFolder, APipeInALogsPlaceIsRefused) {
  ASSERT_EQ(::mkfifo((run_ / "node-logs/n0.log").c_str(), 0600), 0);
  for (const char* command : {"summary ", "log ", "log --follow ", "check "}) {
    expect_refusal(command + run_.path().string(), "n0.log is no file, but a pipe");
  }
}

TEST_F(TracedFolder, APipeInTheResultsPlaceIsRefused) {
  ASSERT_EQ(::mkfifo((run_ / "results.json").c_str(), 0600), 0);
  expect_refusal("summary " + run_.path().string(), "results.json is no file, but a pipe");
}

// It would be read to its end to see when the trace begins, and then be empty.
TEST_F(TracedFolder, APipeThatIsNamedItselfIsRefused) {
  const std::string fifo = run_ / "pipe.log";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  expect_refusal("log " + fifo, "a trace is read more than once");
}

TEST_F(TracedFolder, ARunOfTheSimulatorIsSaidToBeOne) {
  fs::remove_all(run_ / "node-logs");
  std::ofstream(run_ / "results.json") << R"({"hearsay": {"simulator": {}}})";
  expect_refusal("summary " + run_.path().string(), "is a run of hearsay sim");
}

TEST_F(TracedFolder, AStoreIsSaidToHoldManyRuns) {
  const TemporaryFolder store;
  fs::create_directory_symlink(run_.path(), store / "latest");
  expect_refusal("summary " + store.path().string(), "/latest is the last one");
}

TEST_F(TracedFolder, ANodeThatIsNotThereIsNamedWithThoseThatAre) {
  expect_refusal("log --node n1,n9 " + run_.path().string(),
                 "there is no n9 in these logs, but n1");
}

}  // namespace
}  // namespace hearsay::test
