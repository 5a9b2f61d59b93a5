// The explorer itself: what C++ lets small programs do, all of it and nothing else.
#include "tests/interleave/litmus.h"

#include <gtest/gtest.h>

#include "tests/interleave/explorer.h"

namespace hearsay::interleave {
namespace {

using Outcomes = std::set<std::string>;

Explored explore_litmus(const std::string& name, const Rules& rules = {}) {
  return explore([&] { return make_litmus(name); }, rules);
}

Outcomes outcomes_of(const std::string& name, const Rules& rules = {}) {
  const Explored explored = explore_litmus(name, rules);
  EXPECT_EQ(explored.error, "");
  return explored.outcomes;
}

std::string error_of(const std::string& name) {
  const std::string error = explore_litmus(name).error;
  return error.substr(0, error.find('\n'));
}

const Outcomes kAllOfTwo{"0000", "0100", "1000", "1100"};

TEST(LitmusTest, AReleaseStoreBringsWhatWasBeforeIt) {
  EXPECT_EQ(outcomes_of("message passing"), (Outcomes{"0000", "0100", "1100"}));
  EXPECT_EQ(outcomes_of("message passing, relaxed store"), kAllOfTwo);
  EXPECT_EQ(outcomes_of("message passing, relaxed load"), kAllOfTwo);
  EXPECT_EQ(outcomes_of("release sequence"), (Outcomes{"0000", "0100", "1100", "2000", "2100"}));
}

TEST(LitmusTest, AnOperationIsWeakenedByItsName) {
  EXPECT_EQ(outcomes_of("message passing", {.weakened = "a: store y"}), kAllOfTwo);
  EXPECT_EQ(outcomes_of("message passing", {.weakened = "b: load y"}), kAllOfTwo);
  EXPECT_EQ(outcomes_of("store buffering, fences", {.weakened = "b: fence behind y"}), kAllOfTwo);
  EXPECT_TRUE(explore_litmus("message passing", {.weakened = "b: load y"}).weakened);
  EXPECT_FALSE(explore_litmus("message passing", {.weakened = "b: load z"}).weakened);
}

TEST(LitmusTest, OnlyTwoFencesKeepStoresBeforeLoads) {
  EXPECT_EQ(outcomes_of("store buffering"), kAllOfTwo);
  EXPECT_EQ(outcomes_of("store buffering, one fence"), kAllOfTwo);
  EXPECT_EQ(outcomes_of("store buffering, fences"), (Outcomes{"0100", "1000", "1100"}));
}

TEST(LitmusTest, TotalStoreOrderHidesAllButStoreBuffering) {
  const Rules tso{.machine = Machine::tso, .weakened = {}};
  EXPECT_EQ(outcomes_of("message passing, relaxed store", tso), outcomes_of("message passing"));
  EXPECT_EQ(outcomes_of("message passing, relaxed load", tso), outcomes_of("message passing"));
  EXPECT_EQ(outcomes_of("store buffering", tso), kAllOfTwo);
}

TEST(LitmusTest, AWordHasOneOrderOfStores) {
  EXPECT_EQ(outcomes_of("coherence"), (Outcomes{"0000", "0100", "0200", "1100", "1200", "2200"}));
  // In each word, the store that came first in its thread may be the last.
  EXPECT_EQ(outcomes_of("two and two stores").count("1100"), 1);
}

TEST(LitmusTest, AnExchangeFollowsWhatItReads) {
  EXPECT_EQ(outcomes_of("exchanges"), (Outcomes{"0120", "0310", "2010", "2300", "3100", "3020"}));
}

TEST(LitmusTest, IndependentStoresAreSeenInTheSameOrderBehindFences) {
  EXPECT_EQ(outcomes_of("independent reads").count("1010"), 1);
  EXPECT_EQ(outcomes_of("independent reads, fences").count("1010"), 0);
}

// The limit of the explorer, which README.md names.
TEST(LitmusTest, LoadsAreNeverLaterThanStoresBehindThem) {
  EXPECT_EQ(outcomes_of("load buffering"), (Outcomes{"0000", "0100", "1000"}));
}

TEST(LitmusTest, RacesAreFound) {
  EXPECT_EQ(outcomes_of("bytes"), (Outcomes{"0000", "1000"}));
  EXPECT_EQ(outcomes_of("bytes, fences and relaxed accesses"), (Outcomes{"0000", "1000"}));
  const std::string race = "b: data race: reads byte 3 without knowing that it was written";
  EXPECT_EQ(error_of("bytes, relaxed"), race);
  EXPECT_EQ(error_of("bytes, copied by the library"), race);
  EXPECT_EQ(error_of("bytes, fences alone"), race);
  EXPECT_EQ(error_of("overwritten while read"),
            "b: data race: overwrites byte 3 that is being read");
}

TEST(LitmusTest, WaitingForNewsIsWaiting) {
  EXPECT_EQ(outcomes_of("waits for news"), (Outcomes{"1000"}));
  EXPECT_EQ(error_of("waits for news that never come"), "waits for ever: b: load x");
}

TEST(LitmusTest, AnExceptionIsAnError) {
  EXPECT_EQ(error_of("throws"), "a: thrown");
}

}  // namespace
}  // namespace hearsay::interleave
