#include "tools/report/store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::bench {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
 protected:
  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  test::TemporaryFolder folder_;
};

TEST_F(StoreTest, AFileIsTheRunsOwnOrAProblem) {
  Store store(folder_.path(), "echo", 0);
  EXPECT_TRUE(store.write("first", "a"));
  fs::create_symlink(folder_ / "elsewhere", store.directory() / "second");
  EXPECT_FALSE(store.write("second", "b"));
  EXPECT_FALSE(store.write("first", "c")) << "each is written once";
  EXPECT_EQ(read(store.directory() / "first"), "a");
  EXPECT_FALSE(fs::exists(folder_ / "elsewhere"));
  ASSERT_EQ(store.problems().size(), 2U);
  EXPECT_EQ(store.problems()[0],
            (store.directory() / "second").string() + ": a link stands there already");
}

TEST_F(StoreTest, WhereTheUserWantsAFileLinksAreFollowed) {
  const fs::path link = folder_ / "link";
  fs::create_symlink(folder_ / "target", link);
  EXPECT_EQ(write_file(link, "a"), "");
  EXPECT_EQ(write_file(link, "b"), "") << "written over";
  EXPECT_EQ(read(folder_ / "target"), "b");
  fs::remove(link);
  fs::create_symlink("/dev/full", link);
  EXPECT_EQ(write_file(link, "c"), link.string() + ": No space left on device");
  EXPECT_TRUE(fs::is_symlink(link)) << "not ours to remove";
}

TEST_F(StoreTest, HalfAFileIsRemoved) {
  const test::FileSizeLimit limit(1);
  EXPECT_NE(write_file(folder_ / "whole", "12"), "");
  EXPECT_FALSE(fs::exists(folder_ / "whole"));
  EXPECT_NE(write_own_file(folder_ / "own", "12"), "");
  EXPECT_FALSE(fs::exists(folder_ / "own"));
}

}  // namespace
}  // namespace hearsay::bench
