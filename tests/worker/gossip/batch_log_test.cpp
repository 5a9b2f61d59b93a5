#include "worker/gossip/batch_log.h"

#include <gtest/gtest.h>

namespace hearsay::gossip {
namespace {

TEST(BatchLog, KnowsWhatWentOut) {
  BatchLog log;
  log.remember({1, {4, 5}});
  EXPECT_TRUE(log.has_sent(4));
  EXPECT_FALSE(log.has_sent(6));
  EXPECT_EQ(log.batches().back().number, 1U);
}

TEST(BatchLog, ForgetsTheOldestButNotWhatWentOutAgain) {
  BatchLog log;
  log.remember({1, {0, 1}});
  for (std::uint64_t number = 2; number <= 256; ++number) log.remember({number, {}});
  EXPECT_TRUE(log.has_sent(1));
  log.remember({257, {0}});
  EXPECT_EQ(log.batches().front().number, 2U);
  EXPECT_TRUE(log.has_sent(0));
  EXPECT_FALSE(log.has_sent(1));
}

}  // namespace
}  // namespace hearsay::gossip
