// A power cut at any moment: what was brought to the disk is there, of everything else any part.
//
// A committer works on files; whenever it brings something to the disk, before and after, and
// whenever outputs are shown, power cuts are tried: each page of each file is as it was last
// brought there, or as it is now, at random. From what that leaves a new life is started
// (supervisor/state_folder.h), and what it knows is compared with what was promised. Pages are
// taken to be written as a whole; the commit record needs no more than one sector of 512 bytes to
// be.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/shm/mapping.h"
#include "supervisor/node_failure.h"
#include "supervisor/state_folder.h"
#include "tests/support/temporary_folder.h"
#include "worker/committer.h"
#include "worker/disk_sync.h"

namespace hearsay::worker {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
using Image = std::map<std::string, std::string>;  // of each file

std::string content_of(int fd) {
  std::string content(shm::file_size_bytes(fd), '\0');
  EXPECT_EQ(::pread(fd, content.data(), content.size(), 0), static_cast<ssize_t>(content.size()));
  return content;
}

// What has been brought there, and somebody who looks whenever that changes.
class RecordingDisk : public shm::Disk {
 public:
  void watch(const std::string& name, int fd) {
    files_[name] = fd;
    image_[name] = content_of(fd);
  }
  void bring_file(int fd) override {
    if (observer) observer();
    for (const auto& [name, of_file] : files_) {
      if (of_file == fd) image_[name] = content_of(fd);
    }
    if (observer) observer();
  }
  void bring_pages(void* /*begin*/, std::size_t bytes) override {
    if (observer) observer();
    const std::uint64_t whole = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
    image_["segment"].replace(0, whole, content_of(files_["segment"]).substr(0, whole));
    if (observer) observer();
  }

  // What a power cut now may leave.
  template <typename Random>
  Image after_power_cut(Random& random) const {
    Image left = image_;
    const auto odds = random() % 3;  // few pages, half of them, nearly all
    for (const auto& [name, fd] : files_) {
      const std::string now = content_of(fd);
      std::string& file = left[name];
      if (random() % 2 == 0) file.resize(now.size(), '\0');
      for (std::uint64_t at = 0; at < std::min(file.size(), now.size()); at += kPageBytes) {
        const bool written = random() % 10 < 1 + 4 * odds;
        if (written) file.replace(at, kPageBytes, now, at, kPageBytes);
      }
    }
    return left;
  }

  std::function<void()> observer;

 private:
  std::map<std::string, int> files_;
  Image image_;
};

class PowerCutTest : public testing::TestWithParam<SyncPolicy::Kind> {
 protected:
  static constexpr std::int64_t kLong = 3'600'000;  // the test says when

  PowerCutTest() {
    state_ =
        supervisor::open_state_folder(folder_.path().string(), "n1", supervisor::IfUnusable::refuse,
                                      supervisor::PowerCut::is_survived);
    disk_.watch("segment", state_.segment.get());
    disk_.watch("journal-0", state_.first_journal.get());
    disk_.watch("journal-1", state_.second_journal.get());
    segment_.emplace(state_.segment.get());
    inputs_ring_.emplace(segment_->request_ring(), 0);
    outputs_.emplace(segment_->reply_ring(), 0);
    disk_.observer = [this] { try_power_cuts(); };
  }

  void start_worker() {
    committer_.reset();
    first_.emplace(state_.first_journal.get());
    second_.emplace(state_.second_journal.get());
    sync_.emplace(SyncPolicy{GetParam(), kLong}, *segment_, disk_);
    committer_ = std::make_unique<Committer>(*segment_, *first_, *second_, spill_, shelf_,
                                             doorbell_.get(), *sync_);
    committer_->resume();
  }

  // The next change, with an output that acknowledges it.
  void run_step(bool commits) {
    ASSERT_TRUE(inputs_ring_->append(1, 0, "input"));
    inputs_ring_->publish();
    ASSERT_TRUE(committer_->requests().next());
    ++staged_;
    core::Effects effects;
    effects.change(3, 1, std::to_string(staged_) + std::string(random_() % 700, ' '));
    effects.line(0, true, [&](std::string& out) { out.append(std::to_string(staged_)); });
    ASSERT_TRUE(committer_->stage(effects));
    if (!commits) return;
    committer_->commit(inputs_ring_->tail(), staged_);
    committed_ = staged_;
    see_outputs();
    try_power_cuts();
  }

  void compact() {
    core::Effects snapshot;
    for (std::uint64_t n = 1; n <= staged_; ++n) snapshot.change(3, 1, std::to_string(n));
    committer_->compact(snapshot);
    try_power_cuts();
  }

  void bring_everything() {
    committer_->sync_what_is_owed();
    if (GetParam() == SyncPolicy::Kind::interval) promised_ = committed_;
    try_power_cuts();
  }

  // What is shown is acknowledged.
  void see_outputs() {
    while (const auto record = outputs_->next()) {
      const auto number = record->payload.substr(sizeof(protocol::LineHeader));
      if (GetParam() == SyncPolicy::Kind::commit) promised_ = std::stoull(std::string(number));
    }
    outputs_->release();
  }

  void try_power_cuts() {
    for (int i = 0; i < 2 && !HasFatalFailure(); ++i) try_power_cut();
  }

  void try_power_cut() {
    const test::TemporaryFolder folder;
    std::filesystem::create_directories(folder / "n1");
    Image left = disk_.after_power_cut(random_);
    // The machine has been started again.
    reinterpret_cast<shm::SegmentHeader*>(left["segment"].data())
        ->boot.store(1, std::memory_order_relaxed);
    for (const auto& [name, content] : left) {
      std::ofstream(folder / "n1" / name, std::ios::binary) << content;
    }
    ++cuts_;
    try {
      expect_promise_kept(supervisor::open_state_folder(folder.path().string(), "n1",
                                                        supervisor::IfUnusable::refuse,
                                                        supervisor::PowerCut::may_lose));
    } catch (const supervisor::NodeFailure& refusal) {
      ++refused_;
      if (GetParam() == SyncPolicy::Kind::none) return;
      FAIL() << refusal.what() << " after " << staged_ << " steps";
    }
  }

  // All changes from the first one on, without a gap, and as many as were promised.
  void expect_promise_kept(const supervisor::StateFiles& files) const {
    shm::Segment segment(files.segment.get());
    const shm::CommitSlot& slot = shm::active_slot(segment.commit());
    const shm::Journal journal(slot.journal_region == 0 ? files.first_journal.get()
                                                        : files.second_journal.get());
    RecordReader records(journal.read(0, slot.journal_end));
    std::uint64_t count = 0;
    while (const auto record = records.next()) {
      ASSERT_EQ(std::stoull(std::string(record->payload)), ++count);
    }
    ASSERT_GE(count, promised_);
    ASSERT_LE(count, staged_);
    ASSERT_EQ(slot.inputs, count);
  }

  const test::TemporaryFolder folder_;
  std::mt19937_64 random_{7};
  supervisor::StateFiles state_;
  RecordingDisk disk_;
  std::optional<shm::Segment> segment_;
  FileDescriptor doorbell_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  FileDescriptor spill_file_ = shm::create_memory_file("spill", 0, shm::Sealed::no);
  shm::Spill spill_{spill_file_.get()};
  FileDescriptor shelf_file_ = shm::create_memory_file("shelf", 0, shm::Sealed::no);
  shm::Shelf shelf_{shelf_file_.get()};
  std::optional<shm::RingProducer> inputs_ring_;
  std::optional<shm::RingConsumer> outputs_;
  std::optional<shm::Journal> first_;
  std::optional<shm::Journal> second_;
  std::optional<DiskSync> sync_;
  std::unique_ptr<Committer> committer_;
  std::uint64_t staged_ = 0;     // steps
  std::uint64_t committed_ = 0;  // of them
  std::uint64_t promised_ = 0;
  int cuts_ = 0;
  int refused_ = 0;
};

TEST_P(PowerCutTest, KeepsWhatWasPromised) {
  start_worker();
  for (int step = 0; step < 120 && !HasFatalFailure(); ++step) {
    run_step(random_() % 4 != 0);  // several steps share a commit
    if (step % 7 == 0) bring_everything();
    if (step % 40 == 39) {
      run_step(true);
      compact();
    }
  }
  run_step(true);
  bring_everything();
  std::cout << cuts_ << " power cuts, " << refused_ << " states that can't be gone on from\n";
  EXPECT_GT(cuts_, 200);
  EXPECT_GE(promised_, GetParam() == SyncPolicy::Kind::none ? 0 : staged_);
  if (GetParam() == SyncPolicy::Kind::none) {
    EXPECT_GT(refused_, 0) << "the disk of this test is too kind";
  }
}

INSTANTIATE_TEST_SUITE_P(Policies, PowerCutTest,
                         testing::Values(SyncPolicy::Kind::none, SyncPolicy::Kind::commit,
                                         SyncPolicy::Kind::interval),
                         [](const auto& tested) {
                           switch (tested.param) {
                             case SyncPolicy::Kind::none:
                               return "none";
                             case SyncPolicy::Kind::commit:
                               return "commit";
                             case SyncPolicy::Kind::interval:
                               break;
                           }
                           return "interval";
                         });

}  // namespace
}  // namespace hearsay::worker
