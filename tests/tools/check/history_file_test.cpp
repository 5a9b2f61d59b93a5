#include "tools/check/history_file.h"

#include <gtest/gtest.h>

namespace hearsay::check {
namespace {

TEST(HistoryFile, OfAPipeWithoutAnEndNoMoreIsReadThanCanBeJudged) {
  EXPECT_THROW(load_history("/dev/zero", 100'000), UnreadableHistory);
}

}  // namespace
}  // namespace hearsay::check
