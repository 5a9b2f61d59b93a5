// When what is committed is brought to the disk (--sync): for a node with a state directory that
// must outlive a power cut.
//
//   none      when the system likes. A kill of any process loses nothing; a power cut may.
//   commit    before a step's outputs are seen. Nothing acknowledged is lost.
//   MS        at most so many milliseconds after the commit. What was acknowledged in the last of
//             them may be lost; everything before is there.
//
// commit: journal, then the store that makes the step happen, then the page with that store. The
// page may reach the disk earlier by itself, but never before the journal has: what it says is
// true whenever it is read. A batch of steps shares one commit and so one of these (group commit).
// MS: the page may get there before the journal. So, once the journal is there, the commit record
// is noted as durable (shm::mark_durable): that is what a start after a power cut can go back to.
// With the others nothing is noted, nor kept of an earlier life: it would be as old as that.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "common/options/worker_options.h"
#include "common/shm/disk.h"
#include "common/shm/journal.h"
#include "common/shm/segment.h"

namespace hearsay::worker {

class DiskSync {
 public:
  DiskSync(const SyncPolicy& policy, shm::Segment& segment, shm::Disk& disk)
      : policy_(policy), segment_(segment), disk_(disk) {}

  // Around the store that makes steps happen; `journal` is the one that it will count on, and
  // `changed` whether they changed it. Both throw DiskFailure.
  void before_commit(const shm::Journal& journal, bool changed);
  void after_commit();

  // All that is committed, `journal` included, unless the policy is none. Throws DiskFailure.
  void bring_everything(const shm::Journal& journal);

  // When the next bring_everything() is due; nothing: nothing is owed. Of CLOCK_MONOTONIC.
  std::optional<std::int64_t> due_ns() const { return due_ns_; }
  bool is_due() const;

 private:
  void bring_journal(const shm::Journal& journal);
  void bring_commit_record();

  SyncPolicy policy_;
  shm::Segment& segment_;
  shm::Disk& disk_;
  std::optional<std::int64_t> due_ns_;
};

}  // namespace hearsay::worker
