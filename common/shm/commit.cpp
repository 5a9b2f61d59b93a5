#include "common/shm/commit.h"

#include <initializer_list>

#include "common/base/kill_point.h"

namespace hearsay::shm {
namespace {

// Never 0 by chance: memory that was wiped is no slot.
std::uint64_t check_of(const CommitSlot& slot, std::uint64_t step) {
  std::uint64_t sum = 0x9e3779b97f4a7c15;
  for (const std::uint64_t word :
       {step, slot.request_head, slot.reply_tail, slot.inputs, slot.journal_region,
        slot.journal_end, slot.snapshot_bytes, slot.spill_begin, slot.spill_end}) {
    sum = (sum ^ word) * 0xbf58476d1ce4e5b9;
    sum ^= sum >> 31;
  }
  return sum;
}

}  // namespace

void begin(CommitArea& area) {
  area.step.store(0, std::memory_order_relaxed);
  area.slots[0] = {};
  area.slots[0].check = check_of(area.slots[0], 0);
}

void check_active_slot(const CommitArea& area) {
  const CommitSlot& slot = active_slot(area);
  if (slot.check != check_of(slot, committed_steps(area))) {
    throw CorruptSegment("the commit record is damaged");
  }
}

std::uint64_t committed_steps(const CommitArea& area) {
  return area.step.load(std::memory_order_acquire);
}

const CommitSlot& active_slot(const CommitArea& area) {
  return area.slots[committed_steps(area) & 1];
}

void commit(CommitArea& area, const CommitSlot& next) {
  const std::uint64_t step = committed_steps(area) + 1;
  CommitSlot& slot = area.slots[step & 1];
  kill_point();
  slot.request_head = next.request_head;
  slot.reply_tail = next.reply_tail;
  slot.inputs = next.inputs;
  kill_point();
  slot.journal_region = next.journal_region;
  slot.journal_end = next.journal_end;
  slot.snapshot_bytes = next.snapshot_bytes;
  slot.spill_begin = next.spill_begin;
  slot.spill_end = next.spill_end;
  slot.check = check_of(slot, step);
  kill_point();
  area.step.store(step, std::memory_order_release);
  kill_point();
}

}  // namespace hearsay::shm
