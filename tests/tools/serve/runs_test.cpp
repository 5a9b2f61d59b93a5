// Which runs there are, and that nothing beside them is found.
#include "tools/serve/runs.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "common/options/command_line.h"
#include "tools/serve/list_page.h"
#include "tools/serve/regular_file.h"

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
  EXPECT_EQ(name(""), "20260302T000000.000Z");
}

TEST_F(RunsTest, ARunThatLeftNoReportIsNotTheLastOne) {
  EXPECT_THROW(find_run(store_, ""), BadCommandLine) << "there is none";
  fs::create_directories(store_ / "echo" / "20260303T000000.000Z");
  fs::create_directory_symlink("echo/20260303T000000.000Z", store_ / "latest");
  fs::create_directory_symlink("20260303T000000.000Z", store_ / "echo" / "latest");
  EXPECT_THROW(find_run(store_, ""), BadCommandLine) << "none has a report";
  write("echo/20260301T000000.000Z/report.txt");
  write("echo/20260302T000000.000Z/report.txt");
  EXPECT_EQ(find_run(store_, "").filename(), "20260302T000000.000Z");
  EXPECT_EQ(find_run(store_, "echo").filename(), "20260302T000000.000Z");
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
  write(
      "broadcast/20260301T010203.000Z/results.json",
      R"({"valid?":true,"net":{"servers":{"msgs-per-op":1.654}},)"
      R"("workload":{"stable-latencies":{"1":312}},)"
      R"("hearsay":{"simulator":{},"challenge":{"name":"3d","passed":false},"options":{"nemesis":["kill"]}}})");
  write("broadcast/20260302T000000.000Z/results.json", R"({"valid?":[7],"net":"x"})");
  write("compare/20260303T000000.000Z/compare.json", R"({"runs":[]})");
  const std::string html = make_list(list_runs(store_, 10), "store", true);
  for (const char* part :
       {"not passed", "2026-03-01 01:02:03", "1.65", "312 ms", "challenge 3d", "with kill",
        "<small>sim</small>", "? unknown", "a comparison", "The newest 3"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
}

TEST_F(RunsTest, ADrillHasAVerdictToo) {
  write("drill/kept/drill.json", R"({"valid?":false})");
  const std::string html = make_list(list_runs(store_, 10), "store", false);
  EXPECT_NE(html.find("invalid"), std::string::npos) << html;
  EXPECT_NE(html.find("drill"), std::string::npos);
}

TEST_F(RunsTest, AnOddRunCostsItsOwnRowOnly) {
  write("echo/20260301T000000.000Z/results.json", R"({"valid?":true})");
  fs::create_directories(store_ / "echo/20260302T000000.000Z/results.json");
  fs::create_directory(store_ / "echo/20260303T000000.000Z");
  ASSERT_EQ(::mkfifo((store_ / "echo/20260303T000000.000Z/results.json").c_str(), 0600), 0);
  write("echo/20260304T000000.000Z/results.json", "no JSON");
  fs::create_directory(store_ / "echo/20260305T000000.000Z");
  fs::create_symlink("/dev/zero", store_ / "echo/20260305T000000.000Z/results.json");
  write("echo/20260306T000000.000Z/results.json",
        R"({"valid?":)" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}");
  write("echo/20260307T000000.000Z/results.json");
  fs::resize_file(store_ / "echo/20260307T000000.000Z/results.json", 100'000'000'000);
  const auto runs = list_runs(store_, 10);
  ASSERT_EQ(runs.size(), 7U);
  for (const RunEntry& run : runs) {
    const bool is_odd = run.name != "20260301T000000.000Z" && run.name != "20260306T000000.000Z";
    EXPECT_EQ(run.results.is_null(), is_odd) << run.name;
  }
  const std::string html = make_list(runs, "store", false);
  EXPECT_NE(html.find("✓ valid"), std::string::npos) << html;
  EXPECT_NE(html.find("? unknown"), std::string::npos) << "brackets a million deep";
  EXPECT_NE(html.find("no results"), std::string::npos) << html;
}

TEST_F(RunsTest, OnlyRegularFilesAreRead) {
  write("file", "text");
  fs::create_symlink("file", store_ / "link");
  fs::create_directory(store_ / "folder");
  ASSERT_EQ(::mkfifo((store_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(read_regular(store_ / "file", 4), "text");
  EXPECT_EQ(read_regular(store_ / "link", 4), "text");
  EXPECT_EQ(read_regular(store_ / "file", 3), std::nullopt);
  EXPECT_EQ(errno, EFBIG);
  for (const fs::path& odd : {store_ / "folder", store_ / "fifo", fs::path("/dev/null")}) {
    EXPECT_EQ(read_regular(odd, 4), std::nullopt) << odd;
    EXPECT_EQ(errno, EINVAL) << odd;
  }
  EXPECT_EQ(read_regular(store_ / "nowhere", 4), std::nullopt);
  EXPECT_EQ(errno, ENOENT);
}

TEST_F(RunsTest, ARunThatGoesOnIsToldApartFromNone) {
  write("echo/20260101T000000.000Z/node-logs/n0.log");
  try {
    find_run(store_, "echo/20260101T000000.000Z");
    ADD_FAILURE() << "it has no report";
  } catch (const BadCommandLine& problem) {
    EXPECT_NE(std::string(problem.what()).find("that run has not ended"), std::string::npos)
        << problem.what();
  }
}

TEST_F(RunsTest, AnAmbiguousBeginningNamesTheRuns) {
  const auto words = [&] {
    try {
      find_run(store_, "2026");
    } catch (const BadCommandLine& problem) {
      return std::string(problem.what());
    }
    return std::string();
  };
  for (const char* day : {"01", "02", "03"}) {
    write(std::string("echo/202601") + day + "T000000.000Z/report.txt");
  }
  write("broadcast/20260102T000000.000Z/report.txt");
  const std::string few = words();
  EXPECT_NE(few.find("4 runs begin with 2026: echo/20260103T000000.000Z, "
                     "broadcast/20260102T000000.000Z, echo/20260102T000000.000Z, "
                     "echo/20260101T000000.000Z"),
            std::string::npos)
      << few;
  EXPECT_EQ(few.find("..."), std::string::npos) << few;
  for (int day = 10; day < 20; ++day) {
    write("echo/202601" + std::to_string(day) + "T000000.000Z/report.txt");
  }
  const std::string many = words();
  EXPECT_NE(many.find("echo/20260110T000000.000Z, ..."), std::string::npos) << many;
}

}  // namespace
}  // namespace hearsay::serve
