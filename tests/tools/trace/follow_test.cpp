// `hearsay trace log --follow` on a run that goes on: nothing is left out, and it ends by itself.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "common/base/clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/command_fixture.h"

namespace hearsay::test {
namespace {

std::string stdin_ended(std::int64_t ts, const std::string& node) {
  return R"({"ts":)" + std::to_string(ts) + R"(,"node":")" + node +
         R"(","role":"supervisor","pid":1,"generation":1,"level":"info","event":"input_ended"})" +
         "\n";
}

TEST(FollowedTrace, ShowsWhatComesAndEndsWithTheVerdict) {
  const TemporaryFolder run;
  fs::create_directory(run / "node-logs");
  const auto append = [&](const char* file, const std::string& text) {
    std::ofstream(run.path() / "node-logs" / file, std::ios::app) << text;
  };
  append("n1.log", stdin_ended(wall_ns(), "n1"));
  const std::jthread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const std::string line = stdin_ended(wall_ns(), "n1");
    append("n1.log", line.substr(0, 20));
    append("n2.log", stdin_ended(wall_ns(), "n2"));  // a node that comes later
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    append("n1.log", line.substr(20));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    std::ofstream(run / "results.json") << "{}";
  });
  const Finished finished =
      run_shell(std::string(HEARSAY_COMMAND) + " trace log --follow " + run.path().string());
  EXPECT_EQ(finished.exit_code, 0);
  std::size_t lines = 0;
  for (const char* node : {" n1 stdin has ended", " n2 stdin has ended"}) {
    for (auto at = finished.output.find(node); at != std::string::npos;
         at = finished.output.find(node, at + 1)) {
      ++lines;
    }
  }
  EXPECT_EQ(lines, 3U) << finished.output;
}

}  // namespace
}  // namespace hearsay::test
