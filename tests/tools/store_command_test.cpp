// A store that takes no files, or holds odd things in their places: the verdict comes all the same,
// with the file and the reason.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class BadStore : public CommandTest {
 protected:
  static std::string with_store(const std::string& store, const std::string& arguments) {
    return std::string(HEARSAY_COMMAND) + " " + arguments + " --store " + store;
  }
  // Files end at so many times 512 bytes, as on a disk that is full.
  static std::string on_full_disk(int blocks, const std::string& command) {
    return "(ulimit -f " + std::to_string(blocks) + "; " + command + ")";
  }
  // n0 puts something of this kind in the place of files of its run. What hangs is ended.
  Finished run_spoilt(const std::string& kind, const std::string& names) const {
    return run_shell("timeout -s KILL 60 " +
                     with_store(store_.string(), echo("spoiler.py --node-count 2")) + " -- " +
                     kind + " " + store_.string() + " " + names);
  }
  static std::string echo(const std::string& node = "direct.py --node-count 1") {
    return std::string("test -w echo --time-limit 1 --rate 100 --bin ") + HEARSAY_TEST_NODES + "/" +
           node;
  }
};

TEST_F(BadStore, OneThatCannotBeMadeCostsTheFilesOnly) {
  for (const std::string& arguments : {echo(), std::string("sim -w echo --time-limit 1")}) {
    const Finished finished = run_shell(with_store("/proc/no-store", arguments));
    EXPECT_EQ(finished.exit_code, 255) << finished.output;
    EXPECT_NE(finished.output.find("Valid"), std::string::npos) << finished.output;
    EXPECT_NE(finished.output.find("can't write /proc/no-store"), std::string::npos)
        << finished.output;
    EXPECT_NE(finished.output.find("No such file"), std::string::npos) << "the reason";
  }
}

TEST_F(BadStore, AFullDiskCostsTheFilesOnly) {
  const Finished finished = run_shell(on_full_disk(2, with_store(store_.string(), echo())));
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("Valid"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("history.jsonl: File too large"), std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("results.json: File too large"), std::string::npos)
      << finished.output;
  EXPECT_FALSE(fs::exists(store_ / "latest" / "results.json")) << "half a file";
}

TEST_F(BadStore, AFullDiskCostsARecordingNotTheVerdict) {
  const std::string command = with_store(
      store_.string(), "sim -w broadcast --node-count 3 --time-limit 1 --rate 100 --record");
  for (const int blocks : {0, 8}) {
    const Finished finished = run_shell(on_full_disk(blocks, command));
    EXPECT_EQ(finished.exit_code, 255) << finished.output;
    EXPECT_NE(finished.output.find("Valid"), std::string::npos) << finished.output;
    for (const char* file : {"/n0.recording", "/n2.recording", "/network.jsonl"}) {
      EXPECT_NE(finished.output.find(file + std::string(": File too large")), std::string::npos)
          << blocks << ": " << finished.output;
    }
  }
}

TEST_F(BadStore, TheLastWordsOfANodeAreShownWithoutItsLog) {
  const std::string command =
      with_store(store_.string(), echo("faulty.py --node-count 1")) + " -- dies-at-start";
  const Finished finished = run_shell(on_full_disk(0, command));
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("the log of n0 can't be written: File too large"),
            std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("\n    cannot go on without my hat\n"), std::string::npos)
      << finished.output;
}

TEST_F(BadStore, WhatANodePutInThePlaceOfAFileIsNotOpened) {
  const fs::path victim = store_ / "victim";
  std::ofstream(victim) << "precious";
  for (const auto& [kind, words] :
       {std::pair(std::string("fifo"), "a FIFO"), std::pair(std::string("folder"), "a folder"),
        std::pair(victim.string(), "a link")}) {
    const Finished finished = run_spoilt(kind, "results.json history.jsonl report.txt report.html");
    EXPECT_EQ(finished.exit_code, 255) << finished.output;
    EXPECT_NE(finished.output.find("Valid"), std::string::npos) << finished.output;
    for (const std::string name : {"results.json", "history.jsonl", "report.txt", "report.html"}) {
      EXPECT_NE(finished.output.find(name + ": " + words + " stands there already"),
                std::string::npos)
          << finished.output;
    }
  }
  std::ifstream file(victim);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "precious");
}

TEST_F(BadStore, ALogThatIsAFifoIsNotReadForTheLastWords) {
  const Finished finished = run_spoilt("fifo", "node-logs/n0.log");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("\n    the last word\n"), std::string::npos) << finished.output;
}

// As after copying a store without its links.
TEST_F(BadStore, AFolderInPlaceOfALinkStaysAndCostsTheLinkOnly) {
  fs::create_directories(store_ / "latest");
  const Finished finished = run_shell(with_store(store_.string(), echo()));
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find((store_ / "latest").string() + ", which leads to the last run"),
            std::string::npos)
      << finished.output;
  EXPECT_TRUE(fs::exists(store_ / "echo" / "latest" / "results.json"));
  EXPECT_TRUE(fs::is_directory(fs::symlink_status(store_ / "latest")));
  const auto left = std::distance(fs::directory_iterator(store_), fs::directory_iterator());
  EXPECT_EQ(left, 2) << "echo and latest";
}

TEST_F(BadStore, AComparisonSaysSoAtOnce) {
  const Finished finished = run_shell(with_store("/proc/no-store", "compare --time-limit 1"));
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("can't write /proc/no-store"), std::string::npos)
      << finished.output;
}

}  // namespace
}  // namespace hearsay::test
