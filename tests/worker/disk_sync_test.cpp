// When the disk gets what is committed. That it is enough to survive a power cut:
// power_cut_test.cpp.
#include "worker/disk_sync.h"

#include <gtest/gtest.h>

#include "common/shm/mapping.h"
#include "tests/worker/counting_disk.h"

namespace hearsay::worker {
namespace {

constexpr std::int64_t kLongMs = 3'600'000;

class DiskSyncTest : public testing::Test {
 protected:
  DiskSync of(SyncPolicy::Kind kind) { return {{kind, kLongMs}, segment_, disk_}; }

  FileDescriptor file_ = shm::Segment::create(1, 2);
  FileDescriptor journal_file_ =
      shm::create_memory_file("journal", shm::kJournalFirstBytes, shm::Sealed::no);
  shm::Segment segment_{file_.get()};
  shm::Journal journal_{journal_file_.get()};
  CountingDisk disk_;
};

TEST_F(DiskSyncTest, ACommitBringsTheJournalOnlyIfItChangedAndThenThePage) {
  DiskSync sync = of(SyncPolicy::Kind::commit);
  sync.before_commit(journal_, false);
  EXPECT_EQ(disk_.files, 0);
  sync.before_commit(journal_, true);
  EXPECT_EQ(disk_.files, 1);
  EXPECT_EQ(disk_.pages, 0);
  sync.after_commit();
  EXPECT_EQ(disk_.pages, 1);
  EXPECT_FALSE(sync.due_ns()) << "nothing is owed";
}

TEST_F(DiskSyncTest, TheFirstCommitOfAnIntervalSaysWhenItIsOver) {
  DiskSync sync = of(SyncPolicy::Kind::interval);
  sync.after_commit();
  const auto due_ns = sync.due_ns();
  ASSERT_TRUE(due_ns);
  EXPECT_FALSE(sync.is_due());
  sync.after_commit();
  EXPECT_EQ(sync.due_ns(), due_ns) << "not put off";
  EXPECT_EQ(disk_.pages, 0);
  sync.bring_everything(journal_);
  EXPECT_EQ(disk_.files, 1);
  EXPECT_EQ(disk_.pages, 1);
  EXPECT_FALSE(sync.due_ns());
}

// A start would go back to it, although what was committed since is on the disk, or damaged.
TEST_F(DiskSyncTest, OnlyOfAnIntervalItIsNotedWhatIsDurable) {
  for (const auto kind : {SyncPolicy::Kind::none, SyncPolicy::Kind::commit}) {
    of(SyncPolicy::Kind::interval).bring_everything(journal_);
    EXPECT_TRUE(shm::durable_slot(segment_.commit()));
    of(kind).bring_everything(journal_);
    EXPECT_FALSE(shm::durable_slot(segment_.commit()));
  }
}

TEST_F(DiskSyncTest, WithoutAPolicyNothingIsBrought) {
  DiskSync sync = of(SyncPolicy::Kind::none);
  sync.before_commit(journal_, true);
  sync.after_commit();
  sync.bring_everything(journal_);
  EXPECT_EQ(disk_.files + disk_.pages, 0);
  EXPECT_FALSE(sync.due_ns());
}

}  // namespace
}  // namespace hearsay::worker
