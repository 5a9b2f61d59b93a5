// A store that takes no files: the verdict comes all the same, with the file and the reason.
#include <gtest/gtest.h>

#include <string>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

class BadStore : public CommandTest {
 protected:
  static std::string with_store(const std::string& store, const std::string& arguments) {
    return std::string(HEARSAY_COMMAND) + " " + arguments + " --store " + store;
  }
  static std::string echo() {
    return std::string("test -w echo --node-count 1 --time-limit 1 --rate 100 --bin ") +
           HEARSAY_TEST_NODES + "/direct.py";
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
  // Files end at 2 * 512 bytes, as on a disk that is full.
  const Finished finished = run_shell("(ulimit -f 2; " + with_store(store_.string(), echo()) + ")");
  EXPECT_EQ(finished.exit_code, 255) << finished.output;
  EXPECT_NE(finished.output.find("Valid"), std::string::npos) << finished.output;
  EXPECT_NE(finished.output.find("history.jsonl: File too large"), std::string::npos)
      << finished.output;
  EXPECT_NE(finished.output.find("results.json: File too large"), std::string::npos)
      << finished.output;
  EXPECT_FALSE(fs::exists(store_ / "latest" / "results.json")) << "half a file";
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
