// The real ring and the real waiting in all executions that C++ allows, within bounds. Each test
// prints how many those were.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/interleave/explorer.h"
#include "tests/interleave/ring_programs.h"

namespace hearsay::interleave {
namespace {

using Outcomes = std::set<std::string>;

template <typename Make, typename Run>
Explored explore_printed(Make make, const Run& run, const Rules& rules = {}) {
  Explored explored = explore([&] { return make(run); }, rules);
  std::cout << explored.figures() << '\n';
  EXPECT_EQ(explored.weakened, !rules.weakened.empty()) << rules.weakened;
  return explored;
}

Rules without(const std::string& operation, Machine machine) {
  return {.machine = machine, .weakened = operation};
}

bool says(const Explored& explored, const std::string& what) {
  return explored.error.find(what) != std::string::npos;
}

// 9 records: the last ones take bytes that were used, padding included.
const RingRun kWrapping{.records = 9};

TEST(RingInterleaved, EachRecordArrivesOnceInOrderAndWhole) {
  const RingRun runs[] = {kWrapping,
                          {.records = 9, .publish_every = 3, .release_every = 2},
                          {.records = 9, .publish_every = 2, .release_every = 9},
                          {.records = 9, .copied = true}};
  for (const RingRun& run : runs) {
    const Explored explored = explore_printed(make_ring, run);
    EXPECT_EQ(explored.error, "");
    EXPECT_EQ(explored.outcomes.count("full padded"), 1);
  }
}

class RingOrder : public testing::TestWithParam<const char*> {};

TEST_P(RingOrder, IsNeeded) {
  const Explored explored =
      explore_printed(make_ring, kWrapping, without(GetParam(), Machine::cxx));
  EXPECT_TRUE(says(explored, "data race")) << explored.error;
}

TEST_P(RingOrder, IsWhatTotalStoreOrderGivesAnyway) {
  const Explored explored =
      explore_printed(make_ring, kWrapping, without(GetParam(), Machine::tso));
  EXPECT_EQ(explored.error, "");
}

INSTANTIATE_TEST_SUITE_P(, RingOrder,
                         testing::Values("producer: store tail", "consumer: load tail",
                                         "consumer: store head", "producer: load head"));

// The ring is never full: only the worker sleeps. And it is full from the start.
const ParkRun kEmpty{.records = 3, .prefilled = 0};
const ParkRun kFull{.records = 1, .prefilled = 4};

TEST(ParkInterleaved, NoWakeUpOfTheWorkerIsLost) {
  const Explored explored = explore_printed(make_park, kEmpty);
  EXPECT_EQ(explored.error, "");
  EXPECT_EQ(explored.outcomes, (Outcomes{"", "worker slept"}));
}

TEST(ParkInterleaved, NoWakeUpIsLostWhenBothSleep) {
  const Explored explored = explore_printed(make_park, kFull);
  EXPECT_EQ(explored.error, "");
  EXPECT_EQ(explored.outcomes,
            (Outcomes{"", "supervisor slept ", "worker slept", "supervisor slept worker slept"}));
}

class ParkFence : public testing::TestWithParam<const char*> {};

TEST_P(ParkFence, IsNeeded) {
  for (const Machine machine : {Machine::cxx, Machine::tso}) {
    const Explored explored = explore_printed(make_park, kFull, without(GetParam(), machine));
    EXPECT_TRUE(says(explored, "waits for ever")) << explored.error;
  }
}

INSTANTIATE_TEST_SUITE_P(, ParkFence,
                         testing::Values("worker: fence behind worker's flag",
                                         "supervisor: fence behind tail",
                                         "supervisor: fence behind supervisor's flag",
                                         "worker: fence behind head"));

constexpr std::size_t kRequests = 4;

TEST(EndInterleaved, WhoSeesNoRequestLeftSeesAllAnswers) {
  EXPECT_EQ(explore_printed(make_end, kRequests).error, "");
}

class EndOrder : public testing::TestWithParam<const char*> {};

TEST_P(EndOrder, IsNeeded) {
  const Explored explored = explore_printed(make_end, kRequests, without(GetParam(), Machine::cxx));
  EXPECT_TRUE(says(explored, "sees neither request")) << explored.error;
}

TEST_P(EndOrder, IsWhatTotalStoreOrderGivesAnyway) {
  EXPECT_EQ(explore_printed(make_end, kRequests, without(GetParam(), Machine::tso)).error, "");
}

INSTANTIATE_TEST_SUITE_P(, EndOrder,
                         testing::Values("supervisor: load requests' head",
                                         "worker: store requests' head"));

}  // namespace
}  // namespace hearsay::interleave
