#include "supervisor/death_tally.h"

#include <gtest/gtest.h>

#include <utility>

#include "common/base/units.h"
#include "supervisor/hang_watch.h"
#include "supervisor/options.h"

namespace hearsay::supervisor {
namespace {

constexpr std::uint64_t kHere = 136;
constexpr std::uint64_t kElsewhere = 296;

Death crash_at(std::uint64_t position) {
  return {DeathCause::crash, true, position, 0};
}

TEST(DeathTally, TheFirstStartsAreImmediateThenMoreAndMoreLate) {
  DeathTally tally;
  std::int64_t before = 0;
  for (int death = 1; death <= 30; ++death) {
    tally.record({DeathCause::crash, false, shm::kNoPosition, 0});
    EXPECT_EQ(tally.in_a_row(), death);
    if (death <= 3) {
      EXPECT_EQ(tally.delay_ms(), 0) << death;
    } else {
      EXPECT_GT(tally.delay_ms(), 0) << death;
    }
    EXPECT_GE(tally.delay_ms(), before);
    before = tally.delay_ms();
  }
  EXPECT_EQ(tally.delay_ms(), 1000) << "no longer than that, however many die";
}

TEST(DeathTally, AnExperimentsKillEndsARow) {
  DeathTally tally;
  for (int death = 0; death < 10; ++death)
    tally.record({DeathCause::crash, false, shm::kNoPosition, 0});
  tally.record({DeathCause::chaos, true, kHere, 0});
  EXPECT_EQ(tally.in_a_row(), 0);
  EXPECT_EQ(tally.delay_ms(), 0);
}

// Kills that come faster than a start takes: nobody is answered, which has to be noticed.
TEST(DeathTally, ExperimentsThatLetNoWorkerStartDelayALittle) {
  DeathTally tally;
  for (int death = 1; death <= 100; ++death) {
    tally.record({DeathCause::chaos, false, shm::kNoPosition, 0});
    EXPECT_EQ(tally.delay_ms(), death <= 3 ? 0 : 10) << death;
    EXPECT_EQ(tally.in_a_row(), 0) << "not the worker's fault";
    EXPECT_EQ(tally.fruitless(), 0);
  }
  tally.record({DeathCause::chaos, true, kHere, 0});
  EXPECT_EQ(tally.delay_ms(), 0);
}

TEST(DeathTally, AKillFromOutsideWhileIdleEndsARow) {
  DeathTally tally;
  for (int death = 0; death < 10; ++death)
    tally.record({DeathCause::crash, false, shm::kNoPosition, 0});
  tally.record({DeathCause::outside, true, shm::kNoPosition, 0});
  EXPECT_EQ(tally.delay_ms(), 0);
}

TEST(DeathTally, AnIdleCrashIsSuspicious) {
  DeathTally tally;
  tally.record({DeathCause::crash, true, shm::kNoPosition, 0});
  EXPECT_EQ(tally.in_a_row(), 1);
}

TEST(DeathTally, WorkDoneEndsARow) {
  for (const DeathCause cause : {DeathCause::crash, DeathCause::hang, DeathCause::outside}) {
    DeathTally tally;
    for (std::uint64_t death = 1; death <= 20; ++death) tally.record({cause, true, 8 * death, 2});
    EXPECT_EQ(tally.in_a_row(), cause == DeathCause::outside ? 0 : 1);
    EXPECT_EQ(tally.delay_ms(), 0);
  }
}

TEST(DeathTally, KillsFromOutsideNeverPileUp) {
  DeathTally tally;
  for (int death = 1; death <= 1000; ++death) {
    tally.record({DeathCause::outside, false, death % 2 == 0 ? kHere : shm::kNoPosition, 1});
    EXPECT_LE(tally.delay_ms(), 10);
    EXPECT_EQ(tally.in_a_row(), 0) << "not the worker's fault";
  }
}

// The kernel may be the one who kills: the starts must not eat a whole CPU.
TEST(DeathTally, ManyKillsFromOutsideDuringStartsDelayALittle) {
  DeathTally tally;
  for (int death = 1; death <= 10; ++death) {
    tally.record({DeathCause::outside, false, shm::kNoPosition, 0});
  }
  EXPECT_GT(tally.delay_ms(), 0);
}

TEST(DeathTally, AKillFromOutsideDuringAStartEndsNoRowOfCrashes) {
  DeathTally tally;
  for (int death = 0; death < 10; ++death) tally.record(crash_at(shm::kNoPosition));
  const std::int64_t delay_ms = tally.delay_ms();
  tally.record({DeathCause::outside, false, shm::kNoPosition, 0});
  EXPECT_EQ(tally.in_a_row(), 10);
  EXPECT_EQ(tally.delay_ms(), delay_ms);
}

TEST(DeathTally, StartsThatFailAreTriedMoreAndMoreLate) {
  DeathTally tally;
  for (int attempt = 0; attempt < 10; ++attempt) tally.record_failed_start();
  EXPECT_EQ(tally.in_a_row(), 10);
  EXPECT_GT(tally.delay_ms(), 100);
}

TEST(DeathTally, OneLifeWithWorkIsNoEndlessCredit) {
  DeathTally tally;
  tally.record({DeathCause::crash, true, kHere, 1000});
  for (int death = 2; death <= 4; ++death) tally.record(crash_at(kHere));
  EXPECT_EQ(tally.in_a_row(), 4);
  EXPECT_GT(tally.delay_ms(), 0);
}

// Else a worker that dies right after its start would be started as fast as it dies.
TEST(DeathTally, HavingHeardOfItsOwnStartIsNoWork) {
  DeathTally tally;
  for (int death = 0; death < 10; ++death) {
    tally.record({DeathCause::crash, true, shm::kNoPosition, 1});
  }
  EXPECT_EQ(tally.in_a_row(), 10);
}

// What comes before a poison input is consumed, and the poison is not.
TEST(DeathTally, WorkDoneDoesNotClearTheSuspect) {
  DeathTally tally;
  for (int death = 0; death < 3; ++death) tally.record({DeathCause::crash, true, kHere, 64});
  EXPECT_EQ(tally.poison_position(), kHere);
}

TEST(DeathTally, ThreeCrashesOrTwoHangsOnOneInputMakeItPoison) {
  for (const auto& [cause, deaths] :
       {std::pair(DeathCause::crash, 3), std::pair(DeathCause::hang, 2)}) {
    DeathTally tally;
    for (int death = 1; death <= deaths; ++death) {
      EXPECT_EQ(tally.poison_position(), shm::kNoPosition) << death;
      tally.record({cause, true, kHere, 0});
    }
    EXPECT_EQ(tally.poison_position(), kHere);
  }
}

// With the limits that a node has by itself.
TEST(DeathTally, WhoseInputHangsIsToldWithinTheDeadline) {
  DeathTally tally;
  std::int64_t passed_ns = 0;
  while (tally.poison_position() == shm::kNoPosition) {
    passed_ns += Options{}.hang_limit_ms * kNsPerMs + kLookEveryNs;
    tally.record({DeathCause::hang, true, kHere, 0});
  }
  EXPECT_LT(passed_ns, Options{}.reply_deadline_ms * kNsPerMs);
}

TEST(DeathTally, CrashesOnDifferentInputsBlameNone) {
  DeathTally tally;
  for (std::uint64_t death = 1; death <= 20; ++death) tally.record(crash_at(8 * death));
  EXPECT_EQ(tally.poison_position(), shm::kNoPosition);
}

TEST(DeathTally, TheBlameIsForThreeCrashesRunning) {
  DeathTally tally;
  tally.record(crash_at(kHere));
  tally.record(crash_at(kHere));
  tally.record(crash_at(kElsewhere));
  tally.record(crash_at(kHere));
  tally.record(crash_at(kHere));
  EXPECT_EQ(tally.poison_position(), shm::kNoPosition);
  tally.record(crash_at(kHere));
  EXPECT_EQ(tally.poison_position(), kHere);
}

TEST(DeathTally, KillsFromOutsideCountForLessButCount) {
  DeathTally tally;
  int kills = 0;
  while (tally.poison_position() == shm::kNoPosition && kills < 100) {
    tally.record({DeathCause::outside, true, kHere, 0});
    ++kills;
  }
  EXPECT_GT(kills, 3);
  EXPECT_LT(kills, 100);
}

TEST(DeathTally, ExperimentsBlameNoInput) {
  DeathTally tally;
  for (int death = 0; death < 100; ++death) tally.record({DeathCause::chaos, true, kHere, 0});
  EXPECT_EQ(tally.poison_position(), shm::kNoPosition);
}

TEST(DeathTally, ADeathBetweenInputsDoesNotClearTheSuspect) {
  DeathTally tally;
  tally.record(crash_at(kHere));
  tally.record(crash_at(kHere));
  tally.record({DeathCause::crash, false, shm::kNoPosition, 0});
  tally.record(crash_at(kHere));
  EXPECT_EQ(tally.poison_position(), kHere);
}

TEST(DeathTally, AWorkerThatLacksRoomAndGotOnIsNotIll) {
  DeathTally tally;
  for (int death = 0; death < 100; ++death) {
    tally.record({DeathCause::no_room, true, kHere, 1});
    EXPECT_EQ(tally.delay_ms(), 0);
  }
  EXPECT_EQ(tally.poison_position(), shm::kNoPosition) << "the next worker turns it away itself";
  EXPECT_EQ(tally.fruitless(), 0);
}

TEST(DeathTally, WithoutRoomForAnythingStartsAreDelayedAndCounted) {
  DeathTally tally;
  for (int death = 1; death <= 30; ++death) {
    tally.record({DeathCause::no_room, false, shm::kNoPosition, 0});
    EXPECT_EQ(tally.fruitless(), death);
  }
  EXPECT_EQ(tally.delay_ms(), 1000);
}

TEST(DeathTally, OnlyDeathsOfTheirOwnThatCameToNothingAreFruitless) {
  DeathTally tally;
  for (const DeathCause cause : {DeathCause::crash, DeathCause::hang, DeathCause::no_room}) {
    tally.record({cause, true, kHere, 0});
  }
  EXPECT_EQ(tally.fruitless(), 3);
  tally.record({DeathCause::outside, false, shm::kNoPosition, 0});
  tally.record({DeathCause::chaos, false, shm::kNoPosition, 0});
  EXPECT_EQ(tally.fruitless(), 3) << "somebody else killed them";
  tally.record({DeathCause::crash, true, kHere, 1});
  EXPECT_EQ(tally.fruitless(), 0) << "an input was consumed";
}

}  // namespace
}  // namespace hearsay::supervisor
