// The line about the progress while a recording is read and replayed.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/on_terminal.h"
#include "tests/support/temporary_folder.h"
#include "tools/console/progress_times.h"
#include "tools/replay/cluster.h"
#include "tools/replay/session.h"

namespace hearsay::replay {
namespace {

constexpr unsigned short kColumns = 17;

class ReplayProgress : public testing::Test {
 protected:
  void SetUp() override {
    test::Conversation talk({.arguments = {"--record=" + folder_.path().string()}});
    for (std::int64_t id = 1; id <= 200; ++id) {
      talk.say(test::request_line("c1", "n1", "echo", id, {{"echo", "x"}}));
    }
    talk.answer_to(200);
    talk.expect_good_end();
  }

  static void wait_until_it_is_long() {
    std::this_thread::sleep_for(std::chrono::nanoseconds(bench::kFirstShownNs));
  }
  static void expect_progress(const test::Seen& seen, const std::string& text) {
    ASSERT_FALSE(seen.progress.empty()) << seen.text;
    EXPECT_TRUE(seen.progress[0].starts_with(text)) << seen.progress[0];
    EXPECT_LT(seen.progress[0].size(), kColumns);
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "n1.recording";
};

TEST_F(ReplayProgress, OfAFolderIsGoneBeforeTheVerdict) {
  const test::Seen seen = test::on_terminal(kColumns, [&] {
    ClusterReplay replay(folder_.path());
    wait_until_it_is_long();
    replay.run();
  });
  expect_progress(seen, "replaying: ");
  EXPECT_TRUE(seen.left.starts_with("n1: 202 outputs of ")) << seen.left;
}

TEST_F(ReplayProgress, OfAFileIsGoneBeforeTheVerdict) {
  const test::Seen seen = test::on_terminal(kColumns, [&] {
    ReplayOptions options;
    options.path = path_;
    Session session(options);
    wait_until_it_is_long();
    session.run();
  });
  expect_progress(seen, "replaying: ");
  EXPECT_TRUE(seen.left.starts_with("n1: 202 outputs of ")) << seen.left;
}

TEST_F(ReplayProgress, IsOfTheFirstReadingToo) {
  const test::Seen seen = test::on_terminal(kColumns, [&] {
    bench::LoopProgress progress;
    wait_until_it_is_long();
    const Player player(path_, &progress);
  });
  expect_progress(seen, "reading the reco");
  EXPECT_EQ(seen.left, "");
}

}  // namespace
}  // namespace hearsay::replay
