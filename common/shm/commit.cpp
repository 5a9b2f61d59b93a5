#include "common/shm/commit.h"

#include "common/base/kill_point.h"

namespace hearsay::shm {

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
  kill_point();
  area.step.store(step, std::memory_order_release);
  kill_point();
}

}  // namespace hearsay::shm
