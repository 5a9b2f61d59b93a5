// The line about the progress while a long trace is read.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "tests/support/on_terminal.h"
#include "tests/support/temporary_folder.h"
#include "tools/console/progress_times.h"
#include "tools/trace/clock_messages.h"
#include "tools/trace/output.h"
#include "tools/trace/run_reader.h"

namespace hearsay::traces {
namespace {

constexpr unsigned short kColumns = 22;
constexpr const char* kShown = "reading the trace: 0 ";  // cut off where the terminal ends

class TraceProgress : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream file(path_);
    for (int i = 1; i <= 1000; ++i) {
      file << R"({"ts":)" << i
           << R"(,"node":"n1","role":"supervisor","pid":1,"generation":1,"level":"info",)"
           << R"("event":"input_ended"})" << '\n';
    }
  }

  static void wait_until_it_is_long() {
    std::this_thread::sleep_for(std::chrono::nanoseconds(bench::kFirstShownNs));
  }
  static void read_on(MergedTrace& trace, int events) {
    for (int i = 0; i < events; ++i) static_cast<void>(trace.next());
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "n1.log";
};

TEST_F(TraceProgress, IsGoneBeforeTheAnswer) {
  const test::Seen seen = test::on_terminal(kColumns, [&] {
    const RunReader run({path_.string()});
    MergedTrace trace = run.open();
    wait_until_it_is_long();
    read_on(trace, 1000);
    Output out;
    out.line("the answer");
    out.flush();
  });
  ASSERT_EQ(seen.progress.size(), 1U) << seen.text;
  EXPECT_EQ(seen.progress[0] + ' ', kShown);
  EXPECT_EQ(seen.left, "the answer\n");
}

TEST_F(TraceProgress, IsOfTheFirstReadingToo) {
  const test::Seen seen = test::on_terminal(kColumns, [&] {
    Progress progress;
    wait_until_it_is_long();
    static_cast<void>(messages_between({path_}, &progress));
  });
  EXPECT_EQ(seen.progress.size(), 1U) << seen.text;
  EXPECT_EQ(seen.left, "");
}

// Or it would stand between them.
TEST_F(TraceProgress, EndsWithTheFirstPieceOfAnAnswerThatComesInPieces) {
  const std::string large(100'000, 'x');
  const test::Seen seen = test::on_terminal(kColumns, [&] {
    const RunReader run({path_.string()});
    MergedTrace trace = run.open();
    Output out;
    wait_until_it_is_long();
    read_on(trace, 400);
    out.write(large);
    std::this_thread::sleep_for(std::chrono::nanoseconds(bench::kShownEveryNs));
    read_on(trace, 400);
    out.flush();
  });
  EXPECT_EQ(seen.progress.size(), 1U) << seen.text.substr(0, 200);
  EXPECT_EQ(seen.left, large);
}

TEST_F(TraceProgress, GoesOnBesideAFile) {
  const std::string large(100'000, 'x');
  const test::Seen seen = test::on_terminal(kColumns, [&] {
    const RunReader run({path_.string()});
    MergedTrace trace = run.open();
    Output out(folder_ / "out");
    wait_until_it_is_long();
    read_on(trace, 400);
    out.write(large);
    std::this_thread::sleep_for(std::chrono::nanoseconds(bench::kShownEveryNs));
    read_on(trace, 400);
  });
  EXPECT_EQ(seen.progress.size(), 2U) << seen.text;
  EXPECT_EQ(seen.left, "");
}

}  // namespace
}  // namespace hearsay::traces
