#include "tools/console/own_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temporary_folder.h"

namespace hearsay::bench {
namespace {

namespace fs = std::filesystem;

class OwnFileTest : public testing::Test {
 protected:
  std::string place() const { return (folder_ / "place").string(); }
  std::string other() const { return (folder_ / "other").string(); }
  static void put(const std::string& path, const char* text) { std::ofstream(path) << text; }
  static std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string problem_of(const OwnFile& own) {
    EXPECT_NE(own.file.valid(), !own.problem.empty()) << "one of the two: " << own.problem;
    return own.problem;
  }
  static void write(const OwnFile& own, const std::string& text) {
    ASSERT_TRUE(own.file.valid()) << own.problem;
    EXPECT_EQ(::write(own.file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void expect_both(const char* problem) {
    EXPECT_EQ(problem_of(create_own_file(place())), problem);
    EXPECT_EQ(problem_of(append_to_own_file(place())), problem);
    fs::remove(place());
  }

  test::TemporaryFolder folder_;
};

TEST_F(OwnFileTest, IsMadeAndGoneOnWith) {
  write(create_own_file(place()), "a");
  write(append_to_own_file(place()), "b");
  EXPECT_EQ(read(place()), "ab");
  write(append_to_own_file(other()), "c");
  EXPECT_EQ(read(other()), "c");
}

TEST_F(OwnFileTest, IsNeverWrittenOver) {
  put(place(), "precious");
  EXPECT_EQ(problem_of(create_own_file(place())), "a file stands there already");
  EXPECT_EQ(read(place()), "precious");
}

TEST_F(OwnFileTest, WhatIsNoFileIsNotOpened) {
  ASSERT_EQ(::mkfifo(place().c_str(), 0600), 0);
  expect_both("a FIFO stands there already");
  fs::create_directory(place());
  expect_both("a folder stands there already");
}

TEST_F(OwnFileTest, NoLinkLeadsOut) {
  fs::create_symlink(other(), place());
  expect_both("a link stands there already");
  EXPECT_FALSE(fs::exists(other()));
  put(other(), "precious");
  fs::create_symlink(other(), place());
  expect_both("a link stands there already");
  fs::create_hard_link(other(), place());
  expect_both("a file stands there already");
  EXPECT_EQ(read(other()), "precious");
}

TEST_F(OwnFileTest, AFolderThatIsMissingIsSaid) {
  const std::string nowhere = (folder_ / "missing").string() + "/file";
  EXPECT_EQ(problem_of(create_own_file(nowhere)), "No such file or directory");
  EXPECT_EQ(problem_of(append_to_own_file("")), "No such file or directory");
}

}  // namespace
}  // namespace hearsay::bench
