#include "worker/committer.h"

#include "common/base/check.h"
#include "common/base/kill_point.h"
#include "common/shm/commit.h"
#include "common/shm/wait.h"

namespace hearsay::worker {
namespace {

constexpr std::uint64_t kSpillAboveBytes = shm::kRingBytes / 2;
static_assert(protocol::kLongestPayloadBytes <= shm::kRingBytes / 4 - kRecordHeaderBytes,
              "what is not spilled fits into an empty ring, with a padding");

constexpr std::uint64_t kCompactAboveBytes = 1024 * 1024;
constexpr std::uint64_t kCompactAboveSnapshots = 4;

}  // namespace

Committer::Committer(shm::Segment& segment, shm::Journal& first, shm::Journal& second,
                     int doorbell_fd)
    : segment_(segment),
      journals_{&first, &second},
      doorbell_fd_(doorbell_fd),
      slot_(shm::active_slot(segment.commit())),
      replies_(segment.reply_ring(), slot_.reply_tail),
      requests_(segment.request_ring(), slot_.request_head) {
  check_slot();
}

void Committer::check_slot() const {
  if (slot_.journal_region > 1) throw CorruptSegment("the commit record names a third journal");
  if (slot_.journal_end > active_journal().size_bytes() || slot_.spill_begin > slot_.spill_end ||
      slot_.spill_end > slot_.journal_end) {
    throw CorruptSegment("the commit record points outside the journal");
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

void Committer::spill(std::string_view outputs) {
  const std::uint64_t begin = slot_.journal_end + kRecordHeaderBytes;
  std::string record;
  append_record(record, 1, core::kSpillTag, outputs);
  active_journal().write(slot_.journal_end, record);
  slot_.journal_end += record.size();
  slot_.spill_begin = begin;
  slot_.spill_end = begin + outputs.size();
}

bool Committer::stage(const core::Effects& effects) {
  HEARSAY_CHECK(!spilled(), "spilled outputs go first");
  const bool fits = effects.outputs().size() <= kSpillAboveBytes;
  if (fits && !append_outputs(effects.outputs())) return false;
  kill_point();
  active_journal().write(slot_.journal_end, effects.journal());
  slot_.journal_end += effects.journal().size();
  kill_point();
  if (!fits) spill(effects.outputs());
  return true;
}

void Committer::flip() {
  slot_.reply_tail = replies_.tail();
  shm::commit(segment_.commit(), slot_);
  publish();
}

void Committer::commit(std::uint64_t request_head, std::uint64_t inputs) {
  slot_.request_head = request_head;
  slot_.inputs = inputs;
  flip();
}

bool Committer::drain_spill() {
  RecordReader records(active_journal().read(slot_.spill_begin, slot_.spill_end));
  std::uint64_t moved = 0;
  while (const auto record = records.next()) {
    if (!replies_.append(record->kind, record->flags, record->payload)) break;
    moved = records.position();
  }
  if (moved == 0) return false;
  slot_.spill_begin += moved;
  flip();
  return true;
}

bool Committer::wants_compaction() const {
  return !spilled() && slot_.journal_end > kCompactAboveBytes &&
         slot_.journal_end > kCompactAboveSnapshots * slot_.snapshot_bytes;
}

void Committer::compact(const core::Effects& snapshot) {
  HEARSAY_CHECK(!spilled(), "spilled outputs go first");
  shm::Journal& old = active_journal();
  slot_.journal_region ^= 1;
  active_journal().write(0, snapshot.journal());
  slot_.journal_end = slot_.snapshot_bytes = snapshot.journal().size();
  slot_.spill_begin = slot_.spill_end = 0;
  flip();
  old.clear();
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
