#include "worker/disk_sync.h"

#include "common/base/clock.h"
#include "common/base/kill_point.h"
#include "common/base/units.h"

namespace hearsay::worker {

// On a disk is what can be found there.
void DiskSync::bring_journal(const shm::Journal& journal) {
  disk_.bring_file(journal.fd());
  if (journal.is_removed()) throw shm::DiskFailure("the journal's file was removed");
}

void DiskSync::before_commit(const shm::Journal& journal, bool changed) {
  if (policy_.kind != SyncPolicy::Kind::commit || !changed) return;
  bring_journal(journal);
  kill_point();
}

void DiskSync::after_commit() {
  if (policy_.kind == SyncPolicy::Kind::commit) bring_commit_record();
  if (policy_.kind == SyncPolicy::Kind::interval && !due_ns_) {
    due_ns_ = monotonic_ns() + policy_.interval_ms * kNsPerMs;
  }
}

void DiskSync::bring_everything(const shm::Journal& journal) {
  const bool noted = policy_.kind == SyncPolicy::Kind::interval;
  if (!noted) shm::forget_durable(segment_.commit());
  if (policy_.kind == SyncPolicy::Kind::none) return;
  bring_journal(journal);
  kill_point();
  if (noted) shm::mark_durable(segment_.commit());
  bring_commit_record();
  due_ns_.reset();
}

bool DiskSync::is_due() const {
  return due_ns_ && monotonic_ns() >= *due_ns_;
}

void DiskSync::bring_commit_record() {
  kill_point();
  disk_.bring_pages(&segment_.header(), sizeof(shm::SegmentLayout));
  kill_point();
}

}  // namespace hearsay::worker
