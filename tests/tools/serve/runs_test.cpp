// Which runs there are, and that nothing beside them is found.
#include "tools/serve/runs.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/options/command_line.h"
#include "tools/serve/list_page.h"

namespace hearsay::serve {
namespace {

namespace fs = std::filesystem;

class RunsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "hearsay-serve-test-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    store_ = root_ / "store";
    fs::create_directory(store_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text = "x") const {
    fs::create_directories((store_ / path).parent_path());
    std::ofstream(store_ / path) << text;
  }
  std::string found(const std::string& path) const {
    const auto at = find_in_store(store_, path);
    return at ? at->filename().string() : "";
  }

  fs::path root_;
  fs::path store_;
};

TEST_F(RunsTest, TheNewestComeFirstAndLinksAreNoRuns) {
  write("echo/20260101T000000.000Z/results.json", R"({"valid?":true})");
  write("broadcast/20260301T000000.000Z/results.json", R"({"valid?":false})");
  write("broadcast/20260201T000000.000Z/report.html");
  fs::create_directory_symlink("20260301T000000.000Z", store_ / "broadcast" / "latest");
  fs::create_directory_symlink("broadcast/latest", store_ / "latest");
  write("echo/notes/of-mine.txt");
  const auto runs = list_runs(store_, 10);
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].name, "20260301T000000.000Z");
  EXPECT_EQ(runs[0].results.at("valid?"), false);
  EXPECT_TRUE(runs[1].results.is_null());
  EXPECT_EQ(runs[2].workload, "echo");
  EXPECT_EQ(list_runs(store_, 1).size(), 1U);
  EXPECT_TRUE(list_runs(store_ / "nowhere", 10).empty());
}

TEST_F(RunsTest, NothingOutsideOfTheStoreIsFound) {
  write("echo/run/results.json");
  std::ofstream(root_ / "secret") << "x";
  fs::create_directory(root_ / "storeroom");  // begins with the same name
  std::ofstream(root_ / "storeroom" / "secret") << "x";
  fs::create_symlink(root_ / "secret", store_ / "echo" / "run" / "way-out");
  fs::create_directory_symlink(root_, store_ / "up");
  fs::create_directory_symlink("run", store_ / "echo" / "latest");
  EXPECT_EQ(found("echo/run/results.json"), "results.json");
  EXPECT_EQ(found("echo/latest/results.json"), "results.json") << "a link within";
  for (const char* path :
       {"../secret", "echo/../../secret", "echo/run/way-out", "up/secret", "/etc/passwd",
        "../storeroom/secret", "//etc/passwd", "echo/run/../../../secret", "nowhere", "up"}) {
    EXPECT_EQ(found(path), "") << path;
  }
  EXPECT_FALSE(find_in_store(store_, std::string_view("echo\0/run", 9)));
}

TEST_F(RunsTest, PeopleNameARunInManyWays) {
  write("echo/20260101T000000.000Z/report.txt");
  write("broadcast/20260301T000000.000Z/report.txt");
  write("broadcast/20260302T000000.000Z/report.txt");
  fs::create_directory_symlink("20260302T000000.000Z", store_ / "broadcast" / "latest");
  fs::create_directory_symlink("broadcast/latest", store_ / "latest");
  const auto name = [&](const std::string& wanted) {
    return find_run(store_, wanted).filename().string();
  };
  EXPECT_EQ(name(""), "20260302T000000.000Z");
  EXPECT_EQ(name("broadcast"), "20260302T000000.000Z");
  EXPECT_EQ(name("broadcast/20260301T000000.000Z"), "20260301T000000.000Z");
  EXPECT_EQ(name("20260101"), "20260101T000000.000Z");
  EXPECT_EQ(name((store_ / "echo" / "20260101T000000.000Z").string()), "20260101T000000.000Z");
  EXPECT_THROW(name("202603"), BadCommandLine) << "two begin so";
  EXPECT_THROW(name("kafka"), BadCommandLine);
  fs::remove(store_ / "latest");
  EXPECT_THROW(name(""), BadCommandLine);
}

TEST_F(RunsTest, OddNamesAreTextInTheList) {
  const std::string odd = "<b>&\"'%?#\n\xFF";
  write("echo/" + odd + "/results.json",
        R"({"valid?":true,"hearsay":{"challenge":{"name":"<i>"}}})");
  write("echo/" + odd + "/a b.txt");
  const std::string html = make_list(list_runs(store_, 10), "<store>", false);
  for (const char* markup : {"<b>&", "<i>", "<store>"}) {
    EXPECT_EQ(html.find(markup), std::string::npos) << markup;
  }
  EXPECT_NE(html.find("/runs/echo/%3Cb%3E%26%22%27%25%3F%23%0A%FF/a%20b.txt"), std::string::npos)
      << html;
}

TEST_F(RunsTest, TheListSaysVerdictsAndFigures) {
  write("broadcast/20260301T010203.000Z/results.json",
        R"({"valid?":true,"net":{"servers":{"msgs-per-op":1.654}},)"
        R"("workload":{"stable-latencies":{"1":312}},)"
        R"("hearsay":{"challenge":{"name":"3d","passed":false},"options":{"nemesis":["kill"]}}})");
  write("broadcast/20260302T000000.000Z/results.json", R"({"valid?":[7],"net":"x"})");
  write("compare/20260303T000000.000Z/compare.json", R"({"runs":[]})");
  const std::string html = make_list(list_runs(store_, 10), "store", true);
  for (const char* part : {"not passed", "2026-03-01 01:02:03", "1.65", "312 ms", "challenge 3d",
                           "with kill", "? unknown", "a comparison", "The newest 3"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace hearsay::serve
