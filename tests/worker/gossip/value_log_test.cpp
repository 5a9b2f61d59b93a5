#include "worker/gossip/value_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace hearsay::gossip {
namespace {

constexpr Source kSource{3, 77};

LogEntry entry(std::uint32_t sequence, Source source = kSource) {
  return {{source, sequence}, 1000 + sequence, sequence};
}

TEST(ValueLog, KnowsNothingAtFirst) {
  const ValueLog log;
  EXPECT_EQ(log.size(), 0U);
  EXPECT_FALSE(log.contains({kSource, 1}));
  EXPECT_EQ(log.complete_up_to(kSource), 0U);
  EXPECT_FALSE(log.has_gaps());
  EXPECT_EQ(log.source_count(), 0U);
}

TEST(ValueLog, KeepsEntriesInTheOrderInWhichTheyCame) {
  ValueLog log;
  EXPECT_TRUE(log.add(entry(2)));
  EXPECT_TRUE(log.add(entry(1, {9, 1})));
  EXPECT_TRUE(log.add(entry(1)));
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0].id.sequence, 2U);
  EXPECT_EQ(log[1].id.source, (Source{9, 1}));
  EXPECT_EQ(log[2].taken_ns, 1001);
  EXPECT_EQ(log.position({kSource, 2}), 0U);
  EXPECT_EQ(log.position({kSource, 1}), 2U);
  EXPECT_EQ(log.position({kSource, 3}), std::nullopt);
}

// Values and ids keep step but for those that have no id, or two.
TEST(ValueLog, KnowsTheValueOfEachPosition) {
  ValueLog log;
  std::vector<std::uint32_t> values;
  const auto add = [&](std::uint32_t value) {
    values.push_back(value);
    log.add({{kSource, static_cast<std::uint32_t>(values.size())}, 0, value});
    for (std::uint32_t at = 0; at < values.size(); ++at) {
      ASSERT_EQ(log.value_at(at), values[at]) << at << " of " << values.size();
      ASSERT_EQ(log[at].value, values[at]);
    }
  };
  for (const std::uint32_t value : {0U, 1U, 2U, 1U, 3U, 4U, 4U, 4U, 7U, 8U, 0U, 9U}) add(value);
  for (std::uint32_t value = 10; value < 60; ++value) add(value % 3 == 0 ? 5 : value);
}

// Whatever comes in between: some sources are sorted in one by one, some many at a time.
TEST(ValueLog, SourcesHaveTheirPlacesInOrder) {
  std::mt19937 random(7);
  for (const std::uint32_t between : {1U, 3U, 50U, 1000U}) {
    ValueLog log;
    std::vector<Source> sources;
    for (std::uint32_t count = 1; count <= 1000; ++count) {
      const Source source{static_cast<std::uint32_t>(random() % 7), random() % 500};
      log.add({{source, 1}, 0, count});
      if (std::find(sources.begin(), sources.end(), source) == sources.end()) {
        EXPECT_EQ(log.number_of(source), sources.size());
        sources.push_back(source);
      }
      if (count % between != 0) continue;
      std::vector<Source> sorted = sources;
      std::sort(sorted.begin(), sorted.end());
      ASSERT_EQ(log.source_count(), sorted.size());
      for (std::uint32_t place = 0; place < sorted.size(); ++place) {
        ASSERT_EQ(log.source_at(place).source(), sorted[place]) << place << " of " << count;
        ASSERT_EQ(log.first_place(sorted[place]), place);
      }
    }
    for (std::uint32_t number = 0; number < sources.size(); ++number) {
      EXPECT_EQ(log.source_number(sources[number]), number);
    }
  }
}

TEST(ValueLog, AnIdIsTakenOnce) {
  ValueLog log;
  EXPECT_TRUE(log.add(entry(1)));
  EXPECT_FALSE(log.add(entry(1)));
  EXPECT_TRUE(log.add(entry(5)));
  const std::uint64_t before = log.fingerprint();
  EXPECT_FALSE(log.add(entry(5)));
  EXPECT_EQ(log.size(), 2U);
  EXPECT_EQ(log.fingerprint(), before);
}

TEST(ValueLog, ThereIsNoNumberNought) {
  ValueLog log;
  EXPECT_FALSE(log.add(entry(0)));
  EXPECT_FALSE(log.contains({kSource, 0}));
  log.add(entry(1));
  EXPECT_FALSE(log.contains({kSource, 0}));
}

TEST(ValueLog, AnotherIncarnationIsAnotherSource) {
  ValueLog log;
  log.add(entry(1, {3, 1}));
  EXPECT_TRUE(log.add(entry(1, {3, 2})));
  EXPECT_EQ(log.complete_up_to({3, 1}), 1U);
  EXPECT_EQ(log.complete_up_to({3, 3}), 0U);
}

TEST(ValueLog, AGapIsOfOneSource) {
  constexpr Source kBefore{2, 99};
  constexpr Source kAfter{3, 78};
  ValueLog log;
  log.add(entry(2));
  log.add(entry(1, kAfter));
  EXPECT_TRUE(log.has_gap(kSource));
  EXPECT_FALSE(log.has_gap(kBefore));
  EXPECT_FALSE(log.has_gap(kAfter));
  log.add(entry(1));
  EXPECT_FALSE(log.has_gap(kSource));
}

TEST(ValueLog, AGapClosesWhenItsLastNumberComes) {
  ValueLog log;
  log.add(entry(1));
  log.add(entry(3));
  log.add(entry(4));
  EXPECT_TRUE(log.has_gaps());
  EXPECT_EQ(log.complete_up_to(kSource), 1U);
  EXPECT_TRUE(log.contains({kSource, 4}));
  log.add(entry(2));
  EXPECT_FALSE(log.has_gaps());
  EXPECT_EQ(log.complete_up_to(kSource), 4U);
  EXPECT_EQ(log.position({kSource, 4}), 2U);
}

// Whatever the order: all is there in the end, and the fingerprint is that of the set of ids.
TEST(ValueLog, TheOrderOfArrivalDoesNotMatterToWhatIsKnown) {
  ValueLog ordered;
  std::vector<LogEntry> entries;
  for (const Source source : {Source{0, 1}, Source{0, 2}, Source{5, 1}}) {
    for (std::uint32_t sequence = 1; sequence <= 40; ++sequence) {
      entries.push_back(entry(sequence, source));
      ordered.add(entries.back());
    }
  }
  std::mt19937 dice(1);
  for (int round = 0; round < 50; ++round) {
    std::shuffle(entries.begin(), entries.end(), dice);
    ValueLog log;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      EXPECT_NE(log.fingerprint(), ordered.fingerprint());
      ASSERT_TRUE(log.add(entries[i]));
      for (std::size_t known = 0; known <= i; known += 7) {
        ASSERT_EQ(log.position(entries[known].id), known);
      }
    }
    EXPECT_EQ(log.fingerprint(), ordered.fingerprint());
    EXPECT_FALSE(log.has_gaps());
    ASSERT_EQ(log.source_count(), 3U);
    for (std::uint32_t place = 0; place < 3; ++place) {
      EXPECT_EQ(log.source_at(place).positions.size(), 40U);
    }
  }
}

TEST(ValueLog, SourcesAreNumberedAsTheyComeAndPlacedInOrder) {
  ValueLog log;
  for (const Source source : {Source{5, 1}, Source{2, 9}, Source{2, 3}}) log.add(entry(1, source));
  EXPECT_EQ(log.source_number({5, 1}), 0U);
  EXPECT_EQ(log.source_number({2, 3}), 2U);
  EXPECT_EQ(log.source_number({2, 4}), std::nullopt);
  EXPECT_EQ(log.source_at(0).source(), (Source{2, 3}));
  EXPECT_EQ(log.source_at(2).source(), (Source{5, 1}));
  EXPECT_EQ(log.first_place({2, 4}), 1U);
  EXPECT_EQ(log.first_place({6, 0}), 3U);
  EXPECT_EQ(log.number_at(1), 1U);
}

TEST(ValueLog, KeepsTimesOfAnySign) {
  ValueLog log;
  EXPECT_EQ(log.last_taken_ns(), 0);
  std::uint32_t sequence = 0;
  for (const std::int64_t taken_ns : {std::int64_t{-5}, std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::int64_t>::max()}) {
    log.add({{kSource, ++sequence}, taken_ns, 0});
    EXPECT_EQ(log[sequence - 1].taken_ns, taken_ns);
    EXPECT_EQ(log.last_taken_ns(), taken_ns);
  }
}

TEST(ValueLog, FingerprintsTellSourcesAndNumbersApart) {
  std::vector<std::uint64_t> prints;
  for (const Source source : {Source{0, 1}, Source{1, 0}, Source{1, 1}}) {
    for (std::uint32_t sequence = 1; sequence <= 30; ++sequence) {
      ValueLog log;
      log.add(entry(sequence, source));
      prints.push_back(log.fingerprint());
    }
  }
  std::sort(prints.begin(), prints.end());
  EXPECT_EQ(std::adjacent_find(prints.begin(), prints.end()), prints.end());
}

}  // namespace
}  // namespace hearsay::gossip
