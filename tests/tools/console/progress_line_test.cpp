// The line about the progress: never in the way of other words.
#include <gtest/gtest.h>

#include "tests/support/on_terminal.h"
#include "tools/console/tell.h"

namespace hearsay::bench {
namespace {

TEST(ProgressLine, IsGoneBeforeWordsAndResults) {
  const test::Seen seen = test::on_terminal(10, [] {
    ProgressLine line(0);
    line.show(0, "half of all is done");
    tell("words\n");
    line.show(0, "all is done");
    print("result\n");
  });
  EXPECT_EQ(seen.progress, (std::vector<std::string>{"half of a", "all is do"})) << seen.text;
  EXPECT_EQ(seen.left, "words\nresult\n");
}

TEST(ProgressLine, IsOverWhenItWasEnded) {
  const test::Seen seen = test::on_terminal(10, [] {
    ProgressLine line(0);
    line.show(0, "first");
    end_progress();
    line.show(0, "second");
    ProgressLine(0).show(0, "third");
  });
  EXPECT_EQ(seen.text.find("second"), std::string::npos) << seen.text;
  EXPECT_EQ(seen.text.find("third"), std::string::npos) << seen.text;
  EXPECT_EQ(seen.left, "");
}

}  // namespace
}  // namespace hearsay::bench
