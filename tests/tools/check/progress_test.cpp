// The line about the progress while a history is judged.
#include "tools/check/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/support/on_terminal.h"

namespace hearsay::check {
namespace {

constexpr std::chrono::seconds kLong{1};

TEST(CheckProgress, SaysWhatGoesOnNowAndIsGoneInTheEnd) {
  const test::Seen seen = test::on_terminal(16, [] {
    bench::ProgressLine line(0);
    {
      Progress progress(line);
      progress.begin("reading a");
      std::this_thread::sleep_for(kLong);
      progress.begin("judging 2 operations");
      std::this_thread::sleep_for(kLong);
    }
    bench::tell("done\n");
  });
  const auto count = [&](const char* text) {
    return std::count(seen.progress.begin(), seen.progress.end(), text);
  };
  EXPECT_GT(count("0 s  reading a"), 0) << seen.text;
  EXPECT_GT(count("0 s  judging 2"), 0) << seen.text;
  EXPECT_EQ(seen.left, "done\n");
}

}  // namespace
}  // namespace hearsay::check
