#include "worker/committer.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/base/checksum.h"
#include "common/base/kill_point.h"
#include "common/shm/commit.h"
#include "common/shm/mapping.h"
#include "common/shm/wait.h"

namespace hearsay::worker {
namespace {

constexpr std::uint64_t kSpillAboveBytes = shm::kRingBytes / 2;
static_assert(protocol::kLongestPayloadBytes <= shm::kRingBytes / 4 - shm::checked_bytes(0),
              "what is not spilled fits into an empty ring, with a padding");

constexpr std::uint64_t kCompactAboveBytes = 1024 * 1024;
constexpr std::uint64_t kCompactAboveSnapshots = 4;
// Of the journal's room this much is for giving up inputs that find none.
constexpr std::uint64_t kLastResortBytes = 4096;
// What is kept must be readable: as the journal grows, so many times its size must be left of the
// address space. Once for the answer to a read, once for the core's memory, which grows in leaps.
constexpr std::uint64_t kReadsAhead = 2;

}  // namespace

Committer::Committer(shm::Segment& segment, shm::Journal& first, shm::Journal& second,
                     shm::Spill& spill, shm::Shelf& shelf, int doorbell_fd, DiskSync& sync)
    : segment_(segment),
      journals_{&first, &second},
      spill_(spill),
      shelf_(shelf),
      doorbell_fd_(doorbell_fd),
      sync_(sync),
      slot_(shm::active_slot(segment.commit())),
      replies_(segment.reply_ring(), slot_.reply_tail),
      requests_(segment.request_ring(), slot_.request_head),
      compact_above_(kCompactAboveBytes) {
  check_slot();
}

void Committer::check_slot() const {
  shm::check_active_slot(segment_.commit());
  if (!shm::PositionWord::is_position(slot_.request_head) ||
      !shm::PositionWord::is_position(slot_.reply_tail)) {
    throw CorruptSegment("the commit record names an impossible position in a ring");
  }
  if (slot_.journal_region > 1) throw CorruptSegment("the commit record names a third journal");
  shm::check_journal(slot_, active_journal());
  if (slot_.spill_begin > slot_.spill_end || slot_.spill_end > spill_.size_bytes()) {
    throw CorruptSegment("the commit record points outside the spill file");
  }
}

bool Committer::append_outputs(std::string_view outputs) {
  const std::uint64_t before = replies_.tail();
  RecordReader records(outputs);
  while (const auto record = records.next()) {
    if (!replies_.append(record->kind, record->flags, record->payload)) {
      replies_.rewind(before);
      return false;
    }
  }
  return true;
}

void Committer::make_room(std::uint64_t end, Giving giving) {
  if (giving == Giving::up) return active_journal().reserve(end);
  end += kLastResortBytes;
  if (end <= active_journal().size_bytes()) return;
  shm::require_address_space(kReadsAhead * end);
  active_journal().reserve(end);
}

bool Committer::stage(const core::Effects& effects, Giving giving) {
  HEARSAY_CHECK(!spilled(), "spilled outputs go first");
  const std::string_view changes = effects.journal();
  const std::string_view outputs = effects.outputs();
  const bool fits = outputs.size() <= kSpillAboveBytes;
  if (!changes.empty()) make_room(slot_.journal_end + changes.size(), giving);
  for (const core::ShelfBlock& block : effects.shelf_blocks()) {
    shelf_.write(block.offset, block.text);
  }
  const std::uint64_t spill_end = fits ? 0 : spill_.write(outputs);
  if (fits && !append_outputs(outputs)) return false;
  kill_point();
  active_journal().write(slot_.journal_end, changes);
  kill_point();
  slot_.journal_end += changes.size();
  slot_.journal_check = checksum_of_records(changes, slot_.journal_check);
  slot_.spill_end = spill_end;
  journal_changed_ |= !changes.empty();
  return true;
}

void Committer::flip() {
  slot_.reply_tail = replies_.tail();
  sync_.before_commit(active_journal(), std::exchange(journal_changed_, false));
  shm::commit(segment_.commit(), slot_);
  sync_.after_commit();
  publish();
}

void Committer::commit(std::uint64_t request_head, std::uint64_t inputs) {
  slot_.request_head = request_head;
  slot_.inputs = inputs;
  flip();
}

bool Committer::drain_spill() {
  std::string buffer;
  std::uint64_t moved = 0;
  while (spilled()) {
    const Record record = spill_.read(slot_.spill_begin, slot_.spill_end, buffer);
    if (!replies_.append(record.kind, record.flags, record.payload)) break;
    ++moved;
    slot_.spill_begin += shm::checked_bytes(record.payload.size());
  }
  if (moved == 0) return false;
  if (spilled()) {
    flip();
    return true;
  }
  slot_.spill_begin = slot_.spill_end = 0;
  flip();
  spill_.clear();
  return true;
}

bool Committer::wants_compaction(std::uint64_t snapshot_bytes) const {
  return !spilled() && slot_.journal_end > compact_above_ &&
         slot_.journal_end >
             kCompactAboveSnapshots * std::max(slot_.snapshot_bytes, snapshot_bytes);
}

bool Committer::is_worth_it(const core::Effects& snapshot) const {
  return !spilled() && 2 * snapshot.journal().size() < slot_.journal_end;
}

void Committer::compact(const core::Effects& snapshot) {
  HEARSAY_CHECK(!spilled(), "spilled outputs go first");
  shm::Journal& old = active_journal();
  shm::Journal& fresh = *journals_[slot_.journal_region ^ 1];
  fresh.write(0, snapshot.journal());
  slot_.journal_region ^= 1;
  slot_.journal_end = slot_.snapshot_bytes = snapshot.journal().size();
  slot_.journal_check = checksum_of_records(snapshot.journal());
  slot_.snapshot_inputs = slot_.inputs;
  compact_above_ = kCompactAboveBytes;
  journal_changed_ = true;
  flip();
  sync_.bring_everything(fresh);  // what is on disk may still count on the old one
  old.clear();
}

void Committer::resume() {
  sync_.bring_everything(active_journal());
  publish();
}

void Committer::sync_if_due() {
  if (sync_.is_due()) sync_what_is_owed();
}

void Committer::sync_what_is_owed() {
  if (sync_.due_ns()) sync_.bring_everything(active_journal());
}

void Committer::publish() {
  replies_.publish();
  kill_point();
  std::uint32_t reasons = 0;
  if (shown_tail_ != slot_.reply_tail) reasons |= shm::kRecordsPublished;
  shown_tail_ = slot_.reply_tail;
  if (!spilled()) {
    // After the tail, so that who sees no input left sees every answer.
    requests_.release_until(slot_.request_head);
    reasons |= shm::kRoomFreed;
  }
  kill_point();
  if (shm::must_wake(segment_.supervisor_park(), reasons)) shm::ring_doorbell(doorbell_fd_);
  kill_point();
}

}  // namespace hearsay::worker
