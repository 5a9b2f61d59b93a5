// The commit record: what makes a step happen, with one store.
//
//   step (atomic) --- parity picks the active slot
//   slot 0: request_head reply_tail inputs journal_region journal_end snapshot_bytes ...
//   slot 1: the same
//
// Everything a step changes is first prepared where nobody looks: the journal behind journal_end,
// the replies behind the published tail, and the inactive slot. commit() then flips the active slot
// with one release-store of `step`. Before it nothing happened; after it everything did. (The
// double meta page of LMDB, http://www.lmdb.tech/doc/.)
//
// A slot also holds check sums, of itself and its step, and of the journal: what is damaged is
// found before it is used.
//
// Process safety: only the worker writes slots, and there is at most one; its successor starts when
// it is certainly dead. Only the worker reads them, and the supervisor while no worker lives. So a
// slot is never read while it is written. Any process may read step().
//
// Memory order: one store with release, loads with acquire; to the successor the death of the
// predecessor is a stronger ordering still.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "common/shm/guarded_word.h"
#include "common/shm/ring.h"

namespace hearsay::shm {

struct alignas(kLineBytes) CommitSlot {
  std::uint64_t request_head = 0;    // position in the request ring: inputs before it are consumed
  std::uint64_t reply_tail = 0;      // position in the reply ring: outputs before it are published
  std::uint64_t inputs = 0;          // count of inputs consumed
  std::uint64_t journal_region = 0;  // 0 or 1: which of the two journals counts
  std::uint64_t journal_end = 0;     // bytes of it that count
  std::uint64_t snapshot_bytes = 0;  // bytes of it that its last compaction left
  // Outputs that found no room in the reply ring wait in the spill file between these two; while
  // there are any, no further input is consumed.
  std::uint64_t spill_begin = 0;
  std::uint64_t spill_end = 0;
  std::uint64_t journal_check = 0;  // of what counts (checksum_of_records)
  // For recordings: what can't be seen from outside, and decides what a successor goes on from.
  std::uint64_t snapshot_inputs = 0;        // `inputs` at the last compaction
  std::uint64_t turned_away = kNoPosition;  // in the request ring, of the last input without room
  std::uint64_t check = 0;                  // commit() fills it in

  bool spilled() const { return spill_begin != spill_end; }
};
static_assert(sizeof(CommitSlot) == kLineBytes);

struct CommitArea {
  alignas(kLineBytes) GuardedWord step;
  alignas(kLineBytes) CommitSlot slots[2];
  // Copies of what was the active slot when all that it counts on was on disk: the last such, and
  // perhaps one before it. Both may be all zero.
  alignas(kLineBytes) CommitSlot durable[2];
};
static_assert(sizeof(CommitArea) == 5 * kLineBytes);

// No worker may live. The first slot, which says that nothing has happened yet.
void begin(CommitArea& area);
// The worker, or the supervisor while none lives.
const CommitSlot& active_slot(const CommitArea& area);
// The same. Throws CorruptSegment when the active slot is not as commit() left it.
void check_active_slot(const CommitArea& area);
// Worker only. Makes `next` the active slot.
void commit(CommitArea& area, const CommitSlot& next);
// Worker only. The journal that the active slot counts on is on disk, up to its end.
void mark_durable(CommitArea& area);
// Worker only. What was noted counts no more: the active slot is always true, or nothing is.
void forget_durable(CommitArea& area);
// The last slot that mark_durable() noted; nothing when there is none. The worker, or the
// supervisor while none lives.
std::optional<CommitSlot> durable_slot(const CommitArea& area);
// How often commit() happened. Any process. Throws CorruptSegment.
std::uint64_t committed_steps(const CommitArea& area);

}  // namespace hearsay::shm
