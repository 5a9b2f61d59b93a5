#include "worker/core/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace hearsay::core {
namespace {

TEST(Random, TheSameKeyDrawsTheSame) {
  Random a(1, 2);
  Random b(1, 2);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(Random, EveryInputAndEverySeedDrawsDifferently) {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (std::uint64_t input = 0; input < 50; ++input) first.insert(Random(seed, input).next());
  }
  EXPECT_EQ(first.size(), 2500U);
}

TEST(Random, BelowIsEvenlySpread) {
  std::array<int, 7> counts{};
  for (std::uint64_t input = 0; input < 70'000; ++input) {
    const std::uint64_t draw = Random(9, input).below(counts.size());
    ASSERT_LT(draw, counts.size());
    ++counts[draw];
  }
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Random, BelowOneIsZero) {
  EXPECT_EQ(Random(3, 4).below(1), 0U);
}

TEST(Random, LargeBoundsWork) {
  Random random(5, 6);
  const std::uint64_t bound = (std::uint64_t{1} << 63) + 1;
  for (int i = 0; i < 100; ++i) EXPECT_LT(random.below(bound), bound);
}

}  // namespace
}  // namespace hearsay::core
