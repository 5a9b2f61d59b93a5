// Clocks that differ by known amounts are found out from messages alone, and no message arrives
// before it was sent.
#include "tools/trace/clock_offsets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "common/base/units.h"

namespace hearsay::traces {
namespace {

constexpr std::int64_t kStartNs = 1'700'000'000 * kNsPerSecond;

// A cluster whose clocks are known: true time -> what a clock shows.
class Made {
 public:
  using Shows = std::function<std::int64_t(std::int64_t)>;

  explicit Made(std::vector<Shows> clocks) : clocks_(std::move(clocks)) {}

  // Each takes 1 to 3 ms; after a pause so long that it goes on for the seconds.
  void send(std::size_t from, std::size_t to, int count, int seconds = 10) {
    std::uniform_int_distribution<std::int64_t> takes_ns(kNsPerMs, 3 * kNsPerMs);
    for (int i = 0; i < count; ++i) {
      const std::int64_t at_ns = kStartNs + seconds * kNsPerSecond / count * i;
      messages_.push_back({from, to, clocks_[from](at_ns), clocks_[to](at_ns + takes_ns(chance_))});
    }
  }
  void send_both_ways(std::size_t a, std::size_t b, int count, int seconds = 10) {
    send(a, b, count, seconds);
    send(b, a, count, seconds);
  }

  Clocks compare() const { return compare_clocks(clocks_.size(), messages_); }
  // The most by which one stands before it was sent.
  std::int64_t disorder_of(const Clocks& clocks) const {
    std::int64_t most_ns = 0;
    for (const ClockMessage& each : messages_) {
      most_ns = std::max(most_ns, clocks.all[each.from].shared_ns(each.sent_ns) -
                                      clocks.all[each.to].shared_ns(each.received_ns));
    }
    return most_ns;
  }
  // By how much a clock's corrected time differs from the reference's at that time.
  std::int64_t error_ns(const Clocks& clocks, std::size_t clock, std::int64_t at_ns) const {
    return std::abs(clocks.all[clock].shared_ns(clocks_[clock](at_ns)) -
                    clocks.all[clocks.reference].shared_ns(clocks_[clocks.reference](at_ns)));
  }

 private:
  std::vector<Shows> clocks_;
  std::vector<ClockMessage> messages_;
  std::mt19937 chance_{7};
};

bool is_steady(const Clocks& clocks) {
  return clocks.in_order && std::all_of(clocks.all.begin(), clocks.all.end(),
                                        [](const Clock& each) { return each.jumps.empty(); });
}

Made::Shows ahead(std::int64_t ns) {
  return [ns](std::int64_t at_ns) { return at_ns + ns; };
}

TEST(ClockOffsets, EqualClocksStayAsTheyAre) {
  Made made({ahead(0), ahead(0), ahead(0)});
  made.send_both_ways(0, 1, 100);
  made.send_both_ways(1, 2, 100);
  const Clocks clocks = made.compare();
  EXPECT_FALSE(clocks.differ());
  EXPECT_LE(*clocks.all[1].least_ns, 0);
  EXPECT_GE(*clocks.all[1].most_ns, 0);
  EXPECT_EQ(clocks.all[1].messages, 400);
}

// Less than messages take: nothing tells it.
TEST(ClockOffsets, WhatMessagesDoNotTellMovesNothing) {
  Made made({ahead(0), ahead(kNsPerMs / 2)});
  made.send_both_ways(0, 1, 100);
  EXPECT_FALSE(made.compare().differ());
}

TEST(ClockOffsets, AShiftIsFoundWithinItsBounds) {
  constexpr std::int64_t kShift = 3200 * kNsPerMs;
  Made made({ahead(0), ahead(kShift), ahead(-kShift)});
  made.send_both_ways(0, 1, 200);
  made.send_both_ways(0, 2, 200);
  const Clocks clocks = made.compare();
  EXPECT_TRUE(is_steady(clocks));
  EXPECT_EQ(made.disorder_of(clocks), 0);
  for (const std::size_t i : {1U, 2U}) {
    const Clock& clock = clocks.all[i];
    const std::int64_t truth = i == 1 ? kShift : -kShift;
    EXPECT_LE(*clock.least_ns, truth);
    EXPECT_GE(*clock.most_ns, truth);
    EXPECT_LT(*clock.most_ns - *clock.least_ns, 3 * kNsPerMs);
    EXPECT_NEAR(static_cast<double>(clock.offset_ns), static_cast<double>(truth), 0.5e6);
    EXPECT_EQ(clock.gain, 0);
  }
}

// Nobody speaks with the reference but one of them.
TEST(ClockOffsets, BoundsAddUpAlongAWay) {
  Made made({ahead(0), ahead(kNsPerSecond), ahead(3 * kNsPerSecond), ahead(-kNsPerSecond)});
  for (const std::size_t i : {0U, 1U, 2U}) made.send_both_ways(i, i + 1, 200);
  const Clocks clocks = made.compare();
  EXPECT_EQ(made.disorder_of(clocks), 0);
  for (const std::size_t i : {1U, 2U, 3U}) EXPECT_LT(made.error_ns(clocks, i, kStartNs), 2'000'000);
}

// One that was within its bounds on its own may not be beside others that are moved.
TEST(ClockOffsets, EveryPairIsInOrderNotOnlyThoseWithTheReference) {
  std::mt19937 chance(3);
  std::uniform_int_distribution<std::int64_t> shift(-4 * kNsPerMs, 4 * kNsPerMs);
  for (int round = 0; round < 50; ++round) {
    std::vector<Made::Shows> shown;
    shown.reserve(6);
    for (int i = 0; i < 6; ++i) shown.push_back(ahead(shift(chance)));
    Made made(shown);
    for (std::size_t a = 0; a < 6; ++a) {
      for (std::size_t b = 0; b < 6; ++b) {
        if (a != b && chance() % 3 != 0) made.send(a, b, 20);
      }
    }
    const Clocks clocks = made.compare();
    EXPECT_TRUE(is_steady(clocks));
    EXPECT_EQ(made.disorder_of(clocks), 0);
  }
}

TEST(ClockOffsets, OneDirectionBoundsOneSide) {
  Made made({ahead(0), ahead(-kNsPerSecond), ahead(kNsPerSecond)});
  made.send(0, 1, 100);
  made.send(0, 2, 100);
  const Clocks clocks = made.compare();
  EXPECT_FALSE(clocks.all[1].least_ns);
  EXPECT_EQ(clocks.all[1].offset_ns, *clocks.all[1].most_ns);
  EXPECT_FALSE(clocks.all[2].differs()) << "zero is possible";
  EXPECT_EQ(made.disorder_of(clocks), 0);
}

TEST(ClockOffsets, WhoHasNoMessagesStaysAsItIs) {
  Made made({ahead(0), ahead(0), ahead(kNsPerSecond)});
  made.send_both_ways(1, 2, 100);
  const Clocks clocks = made.compare();
  EXPECT_EQ(clocks.reference, 1U);
  EXPECT_FALSE(clocks.all[0].differs());
  EXPECT_FALSE(clocks.all[0].least_ns || clocks.all[0].most_ns);
  EXPECT_TRUE(clocks.all[2].differs());
  EXPECT_FALSE(compare_clocks(3, {}).differ());
}

// 200 ppm for 100 s: 20 ms, where messages take 3 ms at most.
TEST(ClockOffsets, ADriftIsFound) {
  const auto drifts = [](double ppm) {
    return [ppm](std::int64_t at_ns) {
      return at_ns + 5 * kNsPerSecond +
             static_cast<std::int64_t>(static_cast<double>(at_ns - kStartNs) * ppm / 1e6);
    };
  };
  Made made({ahead(0), drifts(200), drifts(-80)});
  made.send_both_ways(0, 1, 500, 100);
  made.send_both_ways(1, 2, 500, 100);
  const Clocks clocks = made.compare();
  EXPECT_TRUE(is_steady(clocks));
  EXPECT_EQ(made.disorder_of(clocks), 0);
  EXPECT_NEAR(clocks.all[1].gain, 200e-6, 20e-6);
  EXPECT_NEAR(clocks.all[2].gain, -80e-6, 20e-6);
  for (const std::int64_t s : {0, 50, 100}) {
    for (const std::size_t i : {1U, 2U}) {
      EXPECT_LT(made.error_ns(clocks, i, kStartNs + s * kNsPerSecond), 3 * kNsPerMs) << s;
    }
  }
}

// No line fits: it is the order that counts. (Who reads a log sees to it that no time goes back.)
TEST(ClockOffsets, AClockThatWasSetIsMovedUp) {
  Made made({ahead(0), [](std::int64_t at_ns) {
               return at_ns + (at_ns < kStartNs + 5 * kNsPerSecond ? 0 : kNsPerSecond);
             }});
  made.send_both_ways(0, 1, 300);
  const Clocks clocks = made.compare();
  EXPECT_TRUE(clocks.in_order);
  EXPECT_FALSE(is_steady(clocks));
  EXPECT_EQ(made.disorder_of(clocks), 0);
}

TEST(ClockOffsets, ClocksThatRunNowFasterAndNowSlowerAreInOrder) {
  const auto sways = [](double s) {
    return [s](std::int64_t at_ns) {
      const double turns = static_cast<double>(at_ns - kStartNs) / (s * kNsPerSecond);
      return at_ns + static_cast<std::int64_t>(20e6 * std::sin(turns * 6.283));
    };
  };
  Made made({ahead(0), sways(60), sways(23)});
  made.send_both_ways(0, 1, 500, 100);
  made.send_both_ways(1, 2, 500, 100);
  made.send_both_ways(0, 2, 500, 100);
  const Clocks clocks = made.compare();
  EXPECT_TRUE(clocks.in_order);
  EXPECT_FALSE(is_steady(clocks));
  EXPECT_EQ(made.disorder_of(clocks), 0);
}

// Each had received what the other sent later: no clock makes that right.
TEST(ClockOffsets, LogsThatContradictThemselvesEnd) {
  EXPECT_FALSE(compare_clocks(2, {{0, 1, 200, 100}, {1, 0, 200, 100}}).in_order);
  constexpr std::int64_t kLate = 4'000'000'000 * kNsPerSecond;
  EXPECT_FALSE(
      compare_clocks(3, {{0, 1, kLate, 0}, {1, 0, kLate, 0}, {1, 2, 0, kLate}, {2, 0, 0, kLate}})
          .in_order);
}

}  // namespace
}  // namespace hearsay::traces
