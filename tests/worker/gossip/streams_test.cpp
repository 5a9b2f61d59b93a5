#include "worker/gossip/streams.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "worker/core/effects.h"
#include "worker/core/open_requests.h"

namespace hearsay::gossip {
namespace {

constexpr Source kRoot{2, 9};

// Streams, and the journal that they write.
class StreamsTest : public ::testing::Test {
 protected:
  Streams replayed() const {
    Streams copy;
    RecordReader records(effects_.journal());
    while (const auto record = records.next()) {
      EXPECT_TRUE(copy.replay(record->kind, record->payload));
    }
    return copy;
  }
  Streams compacted() const {
    Streams copy;
    streams_.snapshot([&](std::uint16_t kind, std::string_view payload) {
      EXPECT_TRUE(copy.replay(kind, payload));
    });
    return copy;
  }
  bool see(std::uint64_t number) { return streams_.see(context_, kRoot, number); }
  const Streams::Seen& seen() const { return streams_.roots().at(kRoot); }

  core::Identity identity_;
  core::Effects effects_;
  trace::NoEvents events_;
  core::OpenRequests requests_{1};
  core::Context context_{identity_, {1, 2}, {0, 0}, 1, 1, requests_, effects_, events_};
  Streams streams_;
};

void expect_same(const Streams& a, const Streams& b) {
  ASSERT_EQ(a.roots().size(), b.roots().size());
  for (const auto& [root, seen] : a.roots()) {
    EXPECT_EQ(seen.complete, b.roots().at(root).complete);
    EXPECT_EQ(seen.early, b.roots().at(root).early);
  }
}

TEST_F(StreamsTest, ABatchIsSeenOnce) {
  EXPECT_TRUE(see(1));
  EXPECT_FALSE(see(1));
  EXPECT_TRUE(see(3));
  EXPECT_FALSE(see(3));
  EXPECT_TRUE(see(2));
  EXPECT_FALSE(see(2));
}

TEST_F(StreamsTest, ALaterBatchShowsTheMissingOnes) {
  see(1);
  EXPECT_FALSE(streams_.has_gap(kRoot));
  see(5);
  see(4);
  ASSERT_TRUE(streams_.has_gap(kRoot));
  EXPECT_EQ(seen().first_missing(), 2U);
  EXPECT_EQ(seen().last_missing(), 3U);
  see(2);
  EXPECT_EQ(seen().first_missing(), 3U);
  see(3);
  EXPECT_FALSE(streams_.has_gap(kRoot));
  EXPECT_EQ(seen().complete, 5U);
  EXPECT_TRUE(seen().early.empty());
}

TEST_F(StreamsTest, TheFirstBatchMayBeMissingToo) {
  see(2);
  ASSERT_TRUE(streams_.has_gap(kRoot));
  EXPECT_EQ(seen().first_missing(), 1U);
  EXPECT_EQ(seen().last_missing(), 1U);
}

TEST_F(StreamsTest, TheLastIsBehindEveryGap) {
  EXPECT_EQ(streams_.roots().size(), 0U);
  see(1);
  EXPECT_EQ(seen().last(), 1U);
  see(5);
  see(9);
  EXPECT_EQ(seen().last(), 9U);
}

TEST_F(StreamsTest, WhatWillNeverComeIsMissedNoMore) {
  see(2);
  see(9);
  streams_.see_up_to(context_, kRoot, 8);
  EXPECT_FALSE(streams_.has_gap(kRoot));
  EXPECT_EQ(seen().complete, 9U);
  streams_.see_up_to(context_, kRoot, 4);
  EXPECT_EQ(seen().complete, 9U);
}

TEST_F(StreamsTest, RootsAreApartByIncarnation) {
  see(1);
  EXPECT_TRUE(streams_.see(context_, {kRoot.rank, kRoot.incarnation + 1}, 1));
  EXPECT_FALSE(streams_.has_gap({7, 7}));
}

TEST_F(StreamsTest, TheJournalAndItsSnapshotGiveTheSameAgain) {
  std::vector<std::uint64_t> numbers(60);
  std::iota(numbers.begin(), numbers.end(), 1U);
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937(3));
  for (const std::uint64_t number : numbers) {
    see(number);
    if (number % 20 == 0) streams_.see_up_to(context_, {4, number}, number);
    expect_same(streams_, replayed());
    expect_same(streams_, compacted());
  }
  EXPECT_EQ(seen().complete, 60U);
}

TEST_F(StreamsTest, WhatIsKnownAlreadyIsNotWrittenAgain) {
  see(1);
  const auto bytes = effects_.journal().size();
  see(1);
  streams_.see_up_to(context_, kRoot, 1);
  EXPECT_EQ(effects_.journal().size(), bytes);
}

}  // namespace
}  // namespace hearsay::gossip
