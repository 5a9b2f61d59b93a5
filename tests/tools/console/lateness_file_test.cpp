#include "tools/console/lateness_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/base/units.h"
#include "common/options/command_line.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::bench {
namespace {

class LatenessFile : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    std::string path = folder_.path() / "hops.csv";
    std::ofstream(path) << text;
    return path;
  }
  void refuses(const std::string& text, const std::string& why) {
    try {
      read_lateness_file(write(text));
      ADD_FAILURE() << "took " << text;
    } catch (const BadCommandLine& error) {
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("--lateness"), std::string::npos) << error.what();
    }
  }

  test::TemporaryFolder folder_;
};

TEST_F(LatenessFile, IsHowMuchLongerThanAskedForEachHopTook) {
  const auto late_ns = read_lateness_file(
      write("sent_ms,from,to,hop_ms\n1,n0,n1,99.3\n2,n0,n1,104\r\n3,n1,n0,130.25\n"));
  EXPECT_EQ(late_ns, (std::vector<std::int64_t>{-700'000, 4 * kNsPerMs, 30'250'000}));
}

TEST_F(LatenessFile, TheColumnMayStandAnywhere) {
  EXPECT_EQ(read_lateness_file(write("hop_ms,from\n50,x\n52,y\n")),
            (std::vector<std::int64_t>{0, 2 * kNsPerMs}));
}

TEST_F(LatenessFile, AByteOrderMarkIsNoPartOfTheName) {
  EXPECT_EQ(read_lateness_file(write("\xef\xbb\xbfhop_ms\n50\n")), (std::vector<std::int64_t>{0}));
}

TEST_F(LatenessFile, SaysWhatIsWrong) {
  refuses("", "empty");
  refuses("sent_ms,from\n1,2\n", "has none in its first line");
  refuses("hop_ms\n", "no hops");
  refuses("hop_ms\n12\nx\n", "line 3");
  refuses("from,hop_ms\nn0\n", "line 2");
  refuses("hop_ms\n-3\n", "line 2");
  refuses("hop_ms\n1e99\n", "line 2");
  refuses("hop_ms\nnan\n", "line 2");
}

TEST_F(LatenessFile, AnEndlessOneIsNotRead) {
  const std::string path = write("hop_ms\n50\n");
  std::filesystem::resize_file(path, 2'000'000'000);
  EXPECT_THROW(read_lateness_file(path), BadCommandLine);
}

TEST_F(LatenessFile, AMissingFileAndAFolderAreNamed) {
  EXPECT_THROW(read_lateness_file(folder_.path() / "none.csv"), BadCommandLine);
  EXPECT_THROW(read_lateness_file(folder_.path()), BadCommandLine);
  EXPECT_THROW(read_lateness_file("/dev/zero"), BadCommandLine);
}

}  // namespace
}  // namespace hearsay::bench
