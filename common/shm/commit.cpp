#include "common/shm/commit.h"

#include <cstddef>

#include "common/base/checksum.h"
#include "common/base/kill_point.h"

namespace hearsay::shm {
namespace {

// Memory that was wiped is no slot: the check sum of zeros is not 0.
std::uint64_t check_of(const CommitSlot& slot, std::uint64_t step) {
  static_assert(offsetof(CommitSlot, check) == 11 * sizeof(std::uint64_t), "no gaps before it");
  return checksum({reinterpret_cast<const char*>(&slot), offsetof(CommitSlot, check)}, step);
}

// Stands for the step in the check sum of a durable slot.
constexpr std::uint64_t kDurable = ~std::uint64_t{0};

bool is_noted(const CommitSlot& slot) {
  return slot.check == check_of(slot, kDurable);
}

// Which of the two is the last one. Inputs are only ever more.
std::size_t last_noted(const CommitSlot (&durable)[2]) {
  const bool second =
      is_noted(durable[1]) && (!is_noted(durable[0]) || durable[1].inputs > durable[0].inputs);
  return second ? 1 : 0;
}

}  // namespace

void begin(CommitArea& area) {
  area.step.store(0, std::memory_order_relaxed);
  area.slots[0] = area.durable[0] = area.durable[1] = {};
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
  slot.journal_check = next.journal_check;
  slot.snapshot_inputs = next.snapshot_inputs;
  slot.turned_away = next.turned_away;
  slot.check = check_of(slot, step);
  kill_point();
  area.step.store(step, std::memory_order_release);
  kill_point();
}

void mark_durable(CommitArea& area) {
  CommitSlot& slot = area.durable[1 - last_noted(area.durable)];
  slot = active_slot(area);
  kill_point();
  slot.check = check_of(slot, kDurable);
  kill_point();
}

void forget_durable(CommitArea& area) {
  for (CommitSlot& slot : area.durable) slot.check = 0;
  kill_point();
}

std::optional<CommitSlot> durable_slot(const CommitArea& area) {
  const CommitSlot& slot = area.durable[last_noted(area.durable)];
  return is_noted(slot) ? std::optional(slot) : std::nullopt;
}

}  // namespace hearsay::shm
