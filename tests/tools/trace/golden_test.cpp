// `hearsay trace` on small recorded and made logs: what it prints is what tests/data/trace/*.txt
// says, to the letter.
//
// Each file is a session: "$ " and what stands behind `hearsay trace`, run in the folder of the
// same name, then the output and the exit code. With HEARSAY_UPDATE_GOLDEN=1 the files are written
// anew: read what has changed before you believe it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

const fs::path kData = fs::path(HEARSAY_TEST_DATA) / "trace";

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The same commands with what they say now.
std::string run_session(const std::string& session, const fs::path& folder) {
  std::string now;
  std::istringstream lines(session);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("$ ")) continue;
    const Finished finished = run_shell("cd " + folder.string() + " && NO_COLOR=1 " +
                                        std::string(HEARSAY_COMMAND) + " trace " + line.substr(2));
    now += line + "\n" + finished.output;
    if (!now.ends_with('\n')) now += '\n';
    now += "[" + std::to_string(finished.exit_code) + "]\n\n";
  }
  return now;
}

std::vector<std::string> session_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kData)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class GoldenTrace : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTrace, SaysTheSame) {
  const fs::path file = kData / (GetParam() + ".txt");
  const std::string session = read_file(file);
  const std::string now = run_session(session, kData / GetParam());
  ASSERT_NE(now, "");
  if (std::getenv("HEARSAY_UPDATE_GOLDEN") != nullptr) std::ofstream(file) << now;
  EXPECT_EQ(now, read_file(file));
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTrace, testing::ValuesIn(session_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace hearsay::test
