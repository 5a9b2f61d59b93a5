// What transactions are drawn: shares held against those of recorded histories, 4,645 transactions
// and 786 early steps of the real Maelstrom.
#include "tools/experiment/clients/transaction_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace hearsay::bench {
namespace {

TEST(TransactionSource, LengthsAndStepsHaveTheRecordedShares) {
  TransactionSource source(10, 4, 16);
  Random random(1, "operations");
  std::map<std::size_t, int> lengths;
  double writes = 0;
  double steps = 0;
  constexpr int kTransactions = 20'000;
  for (int i = 0; i < kTransactions; ++i) {
    const auto transaction = source.next(random);
    ++lengths[transaction.size()];
    for (const MicroOperation& step : transaction) writes += step.is_write ? 1 : 0;
    steps += static_cast<double>(transaction.size());
  }
  ASSERT_EQ(lengths.size(), 4U);
  // Recorded: 0.257, 0.258, 0.243, 0.242.
  for (const auto& [length, count] : lengths) {
    EXPECT_NEAR(static_cast<double>(count) / kTransactions, 0.25, 0.02) << length;
  }
  // Recorded: 0.489. A write to a full key is drawn again, perhaps as a read.
  EXPECT_NEAR(writes / steps, 0.489, 0.01);
}

TEST(TransactionSource, TheLastKeyHasHalfOfTheSteps) {
  std::map<std::int64_t, double> share;
  constexpr int kSources = 2000;
  Random random(2, "operations");
  for (int i = 0; i < kSources; ++i) {
    TransactionSource source(10, 1, 16);
    for (int step = 0; step < 10; ++step) share[source.next(random).front().key] += 1.0 / 20'000;
  }
  // Recorded: 0.483, 0.240, 0.149, 0.060, 0.039 and less.
  EXPECT_NEAR(share[9], 0.5, 0.02);
  EXPECT_NEAR(share[8], 0.25, 0.02);
  EXPECT_NEAR(share[7], 0.125, 0.02);
  EXPECT_NEAR(share[6], 0.0625, 0.01);
  EXPECT_GT(share[0], 0);
}

TEST(TransactionSource, ValuesCountUpAndAFullKeyGivesItsPlaceToANewOne) {
  TransactionSource source(3, 4, 5);
  Random random(3, "operations");
  std::map<std::int64_t, std::int64_t> last;
  std::set<std::int64_t> used;
  for (int i = 0; i < 5000; ++i) {
    for (const MicroOperation& step : source.next(random)) {
      used.insert(step.key);
      EXPECT_TRUE(last[step.key] < 5 || !step.is_write) << "a full key takes no more";
      if (!step.is_write) continue;
      EXPECT_EQ(step.value, ++last[step.key]);
    }
  }
  ASSERT_GT(used.size(), 100U);
  // But for those of the pool, all keys are there, and full.
  for (std::int64_t key = 0; key + 6 < *used.rbegin(); ++key) EXPECT_TRUE(used.count(key) > 0);
  EXPECT_LE(
      std::count_if(last.begin(), last.end(), [](const auto& each) { return each.second < 5; }), 3);
}

TEST(TransactionSource, OneKeyAndOneWriteWork) {
  TransactionSource source(1, 1, 1);
  Random random(4, "operations");
  std::int64_t writes = 0;
  for (int i = 0; i < 100; ++i) {
    const MicroOperation step = source.next(random).front();
    if (step.is_write) {
      EXPECT_EQ(step.key, writes++);
      EXPECT_EQ(step.value, 1);
    }
  }
  EXPECT_GT(writes, 20);
}

}  // namespace
}  // namespace hearsay::bench
