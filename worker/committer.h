// Makes the effects of steps real: journal, reply ring, commit record, in that order.
//
// stage() first makes sure of the room and then writes a step's effects where nobody looks;
// commit() makes all that was staged happen with one store (common/shm/commit.h) and then advances
// what the supervisor sees. A worker that dies anywhere in between leaves either nothing or
// everything; publish() by its successor, from the active slot, repairs cursors that were not
// advanced.
//
// Outputs of one step that are more than half the reply ring are spilled: they go into a file of
// their own, and drain_spill() moves them on as room appears, each time with a commit of its
// own. Until then no input is consumed, and the inputs before stay unreleased, so that the
// supervisor knows that answers are still to come.
//
// What is committed also reaches the disk, as asked for (disk_sync.h).
//
// Single-threaded; the only one in the worker that writes to the segment.
#pragma once

#include <cstdint>
#include <optional>

#include "common/shm/journal.h"
#include "common/shm/ring.h"
#include "common/shm/segment.h"
#include "common/shm/shelf.h"
#include "common/shm/spill.h"
#include "worker/core/effects.h"
#include "worker/core/node.h"
#include "worker/disk_sync.h"

namespace hearsay::worker {

class Committer {
 public:
  // Continues from the active slot. Throws CorruptSegment when the slot makes no sense.
  Committer(shm::Segment& segment, shm::Journal& first, shm::Journal& second, shm::Spill& spill,
            shm::Shelf& shelf, int doorbell_fd, DiskSync& sync);

  // Calls replay(record) for every record of the journal that counts.
  template <typename Replay>
  void replay_journal(Replay&& replay) const {
    RecordReader records(active_journal().read(0, slot_.journal_end));
    while (const auto record = records.next()) replay(*record);
  }

  // The inputs. Walking over them consumes nothing: commit() does.
  shm::RingConsumer& requests() { return requests_; }

  const shm::CommitSlot& slot() const { return slot_; }
  bool spilled() const { return slot_.spilled(); }

  // False, and nothing changed, when the reply ring has no room for the outputs now. Throws
  // shm::NoRoom, and nothing changed either, when the journal, the spill file or the shelf can't
  // grow. A little room of the journal is kept for Giving::up, the step that says so, and one that
  // begins an incarnation.
  enum class Giving { room, up };
  bool stage(const core::Effects& effects, Giving giving = Giving::room);
  // What is staged says that there was no room for the input at this position.
  void note_turned_away(std::uint64_t position) { slot_.turned_away = position; }
  // Commits what was staged, with all inputs up to `request_head` (`inputs` in all) consumed.
  void commit(std::uint64_t request_head, std::uint64_t inputs);
  // Moves spilled outputs into the reply ring and commits. False when there was no room for one.
  bool drain_spill();

  // Whether the journal is much longer than the state that it describes, of which this is an
  // estimate, and than its last compaction left.
  bool wants_compaction(std::uint64_t snapshot_bytes = 0) const;
  // Whether this snapshot would be much shorter than the journal.
  bool is_worth_it(const core::Effects& snapshot) const;
  // Replaces the journal by `snapshot`. Nothing may be staged or spilled. Throws shm::NoRoom.
  void compact(const core::Effects& snapshot);
  // There was no room for it: the journal has to grow a lot before it is tried again.
  void put_off_compaction() { compact_above_ = 2 * slot_.journal_end; }

  // After recovery: what a predecessor committed is on disk, if that is asked for, and shown.
  void resume();
  // When the disk is owed what was committed (DiskSync::due_ns), and paying if it is due.
  std::optional<std::int64_t> sync_due_ns() const { return sync_.due_ns(); }
  void sync_if_due();
  void sync_what_is_owed();

 private:
  void check_slot() const;
  void make_room(std::uint64_t end, Giving giving);
  bool append_outputs(std::string_view outputs);
  void flip();
  // Shows the supervisor what the active slot says, and rings it if it sleeps.
  void publish();
  const shm::Journal& active_journal() const { return *journals_[slot_.journal_region]; }
  shm::Journal& active_journal() { return *journals_[slot_.journal_region]; }

  shm::Segment& segment_;
  shm::Journal* journals_[2];
  shm::Spill& spill_;
  shm::Shelf& shelf_;
  int doorbell_fd_;
  DiskSync& sync_;
  bool journal_changed_ = false;  // by what is staged
  shm::CommitSlot slot_;          // the active slot, with what is staged on top
  shm::RingProducer replies_;
  std::uint64_t shown_tail_ = 0;  // of the reply ring, at the last publish()
  shm::RingConsumer requests_;
  std::uint64_t compact_above_;  // bytes of journal
};

}  // namespace hearsay::worker
