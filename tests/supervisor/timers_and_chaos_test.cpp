#include <gtest/gtest.h>

#include <vector>

#include "common/base/units.h"
#include "supervisor/chaos.h"
#include "supervisor/timers.h"

namespace hearsay::supervisor {
namespace {

TEST(Timers, ComeInTheOrderOfTheirTimes) {
  Timers timers;
  EXPECT_FALSE(timers.next_ns());
  timers.arm({30, 3});
  timers.arm({10, 1});
  timers.arm({20, 2});
  EXPECT_EQ(timers.next_ns(), 10);
  EXPECT_FALSE(timers.take_due(9));
  EXPECT_EQ(timers.take_due(10), 1U);
  EXPECT_FALSE(timers.take_due(10)) << "once only";
  EXPECT_EQ(timers.take_due(100), 2U);
  EXPECT_EQ(timers.take_due(100), 3U);
  EXPECT_FALSE(timers.next_ns());
}

TEST(Timers, ThoseOfDeadWorkersAreForgotten) {
  Timers timers;
  timers.arm({10, 1});
  timers.clear();
  EXPECT_FALSE(timers.next_ns());
  EXPECT_FALSE(timers.take_due(100));
}

std::vector<std::int64_t> times(Chaos& chaos, std::size_t count) {
  std::vector<std::int64_t> all;
  while (all.size() < count && chaos.next_ns()) {
    all.push_back(*chaos.next_ns());
    EXPECT_FALSE(chaos.take_due(all.back() - 1));
    EXPECT_TRUE(chaos.take_due(all.back()));
  }
  return all;
}

std::vector<std::int64_t> times(std::uint64_t seed, const char* node, std::size_t count = 100) {
  Chaos chaos(20, seed);
  chaos.begin(node, 0);
  return times(chaos, count);
}

TEST(Chaos, NeverKillsUnlessAsked) {
  Chaos chaos(0, 1);
  chaos.begin("n1", 0);
  EXPECT_FALSE(chaos.next_ns());
  EXPECT_FALSE(chaos.take_due(1'000'000'000'000));
}

TEST(Chaos, WaitsForTheWorkToBegin) {
  Chaos chaos(20, 1);
  EXPECT_FALSE(chaos.next_ns());
  chaos.begin("n1", 1'000);
  ASSERT_TRUE(chaos.next_ns());
  EXPECT_GE(*chaos.next_ns(), 1'000);
}

TEST(Chaos, TheSameSeedAndNodeGiveTheSameTimes) {
  EXPECT_EQ(times(1, "n1"), times(1, "n1"));
  EXPECT_NE(times(1, "n1"), times(2, "n1"));
  EXPECT_NE(times(1, "n1"), times(1, "n2"));
}

TEST(Chaos, KillsAsOftenAsAskedOnAverage) {
  constexpr std::size_t kKills = 10'000;
  const double mean_ms =
      static_cast<double>(times(1, "n1", kKills).back()) / static_cast<double>(kKills * kNsPerMs);
  EXPECT_NEAR(mean_ms, 20.0, 1.0);
}

}  // namespace
}  // namespace hearsay::supervisor
