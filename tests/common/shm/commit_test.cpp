// The commit record: one store flips it, and what was not flipped does not count.
#include "common/shm/commit.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "common/base/record.h"
#include "tests/common/shm/owned_ring.h"

namespace hearsay::shm {
namespace {

CommitSlot slot_number(std::uint64_t n) {
  return {n, n + 1, n + 2, n % 2, n + 4, n + 5, n + 6, n + 7};
}

void expect_slot(const CommitSlot& slot, std::uint64_t n) {
  EXPECT_EQ(slot.request_head, n);
  EXPECT_EQ(slot.reply_tail, n + 1);
  EXPECT_EQ(slot.inputs, n + 2);
  EXPECT_EQ(slot.journal_region, n % 2);
  EXPECT_EQ(slot.journal_end, n + 4);
  EXPECT_EQ(slot.snapshot_bytes, n + 5);
  EXPECT_EQ(slot.spill_begin, n + 6);
  EXPECT_EQ(slot.spill_end, n + 7);
}

TEST(CommitTest, AFreshAreaStandsAtTheBeginning) {
  const auto area = std::make_unique<CommitArea>();
  EXPECT_EQ(committed_steps(*area), 0U);
  const CommitSlot& slot = active_slot(*area);
  EXPECT_EQ(slot.request_head, 0U);
  EXPECT_EQ(slot.reply_tail, 0U);
  EXPECT_EQ(slot.inputs, 0U);
  EXPECT_EQ(slot.journal_end, 0U);
  EXPECT_FALSE(slot.spilled());
}

TEST(CommitTest, EachCommitMakesItsSlotTheActiveOne) {
  const auto area = std::make_unique<CommitArea>();
  for (std::uint64_t n = 1; n <= 10; ++n) {
    const CommitSlot* before = &active_slot(*area);
    commit(*area, slot_number(100 * n));
    EXPECT_EQ(committed_steps(*area), n);
    EXPECT_NE(&active_slot(*area), before) << "the active slot is never written";
    expect_slot(active_slot(*area), 100 * n);
  }
}

TEST(CommitTest, APredecessorsUnfinishedSlotDoesNotCount) {
  const auto area = std::make_unique<CommitArea>();
  commit(*area, slot_number(100));
  CommitSlot& inactive = area->slots[(committed_steps(*area) + 1) & 1];
  inactive.request_head = 999;
  inactive.journal_end = 999;
  expect_slot(active_slot(*area), 100);
  // The successor overwrites it.
  commit(*area, slot_number(200));
  expect_slot(active_slot(*area), 200);
}

TEST(CommitTest, ADamagedSlotIsSeen) {
  const auto area = std::make_unique<CommitArea>();
  EXPECT_THROW(check_active_slot(*area), CorruptSegment) << "wiped memory";
  begin(*area);
  check_active_slot(*area);
  for (std::uint64_t n = 1; n <= 3; ++n) {
    commit(*area, slot_number(100 * n));
    check_active_slot(*area);
  }
  CommitSlot& slot = area->slots[committed_steps(*area) & 1];
  for (std::uint64_t* field :
       {&slot.request_head, &slot.reply_tail, &slot.inputs, &slot.journal_region, &slot.journal_end,
        &slot.snapshot_bytes, &slot.spill_begin, &slot.spill_end, &slot.journal_check}) {
    const std::uint64_t before = std::exchange(*field, 0);
    if (before == 0) *field = 1;
    EXPECT_THROW(check_active_slot(*area), CorruptSegment);
    *field = before;
  }
  check_active_slot(*area);
  area->step.store(area->step.load(kRelaxed) + 2, kRelaxed);
  EXPECT_THROW(check_active_slot(*area), CorruptSegment);
}

TEST(CommitTest, TheLastNoteOfWhatIsOnDiskCountsAndTheOneBeforeStays) {
  const auto area = std::make_unique<CommitArea>();
  begin(*area);
  EXPECT_FALSE(durable_slot(*area));
  for (std::uint64_t n = 1; n <= 4; ++n) {
    commit(*area, slot_number(100 * n));
    mark_durable(*area);
    ASSERT_TRUE(durable_slot(*area));
    expect_slot(*durable_slot(*area), 100 * n);
  }
  // Cut off as it was written.
  for (CommitSlot& slot : area->durable) {
    if (slot.inputs == 402) slot.check ^= 1;
  }
  ASSERT_TRUE(durable_slot(*area));
  expect_slot(*durable_slot(*area), 300);
}

TEST(CommitTest, SpilledMeansThatSomethingWaits) {
  CommitSlot slot;
  EXPECT_FALSE(slot.spilled());
  slot.spill_end = 8;
  EXPECT_TRUE(slot.spilled());
  slot.spill_begin = 8;
  EXPECT_FALSE(slot.spilled());
}

}  // namespace
}  // namespace hearsay::shm
