// Requests that wait while each costs a start of the worker.
#include "supervisor/room_shortage.h"

#include <gtest/gtest.h>

namespace hearsay::supervisor {
namespace {

constexpr std::int64_t kMs = kNsPerMs;

TEST(RoomShortage, OnlyDeathsForWantOfRoomMakeOne) {
  RoomShortage shortage;
  shortage.note_idle(0);
  EXPECT_FALSE(shortage.holds_up(5000 * kMs)) << "a slow worker is none";
}

TEST(RoomShortage, WhoseQueueIsWorkedOffHoldsUpNobody) {
  RoomShortage shortage;
  for (std::int64_t ms = 0; ms < 5000; ms += 300) {
    shortage.note_death(ms * kMs);
    EXPECT_FALSE(shortage.holds_up((ms + 100) * kMs));
    shortage.note_idle((ms + 200) * kMs);
  }
}

TEST(RoomShortage, HoldsUpWhoComesBehindOthersThatWait) {
  RoomShortage shortage;
  shortage.note_idle(0);
  for (std::int64_t ms = 0; ms <= 2000; ms += 50) {
    shortage.note_death(ms * kMs);
    EXPECT_EQ(shortage.holds_up(ms * kMs), ms > 400) << ms;
  }
  shortage.note_idle(2050 * kMs);
  EXPECT_FALSE(shortage.holds_up(2100 * kMs)) << "all are served";
}

TEST(RoomShortage, IsOverWhenNoWorkerDiesOfItAnyMore) {
  RoomShortage shortage;
  shortage.note_idle(0);
  shortage.note_death(1000 * kMs);
  EXPECT_TRUE(shortage.holds_up(1999 * kMs));
  EXPECT_FALSE(shortage.holds_up(2000 * kMs)) << "what waits now waits for something else";
}

}  // namespace
}  // namespace hearsay::supervisor
