// What is gone on from, and what is refused, of the files of a --state-dir. Whole nodes on damaged
// files: tests/process/state_dir_test.cpp; power cuts: tests/worker/power_cut_test.cpp.
#include "supervisor/state_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "common/base/checksum.h"
#include "common/base/record.h"
#include "common/shm/journal.h"
#include "common/shm/segment.h"
#include "supervisor/node_failure.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::supervisor {
namespace {

namespace fs = std::filesystem;

class StateFolderTest : public testing::Test {
 protected:
  StateFiles open(IfUnusable if_unusable = IfUnusable::refuse, const std::string& node = "n1") {
    return open_state_folder(folder_.path().string(), node, if_unusable, PowerCut::may_lose);
  }
  // As a worker does it.
  static void keep(const StateFiles& files, std::string_view text) {
    shm::Segment segment(files.segment.get());
    shm::CommitSlot slot = shm::active_slot(segment.commit());
    std::string record;
    append_record(record, 1, 0, text);
    shm::Journal(files.first_journal.get()).write(slot.journal_end, record);
    slot.journal_end += record.size();
    slot.journal_check = checksum_of_records(record, slot.journal_check);
    ++slot.inputs;
    shm::commit(segment.commit(), slot);
  }
  void live_and_keep(std::string_view text) { keep(open(), text); }
  static std::uint64_t inputs_of(const StateFiles& files) {
    return shm::active_slot(shm::Segment(files.segment.get()).commit()).inputs;
  }
  static std::uint64_t incarnation_of(const StateFiles& files) {
    return shm::Segment(files.segment.get()).incarnation();
  }
  void damage(const char* file, std::uint64_t offset) {
    std::fstream stream(node_ / file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(static_cast<char>(byte ^ 1));
  }
  // People are not as fast as a file system's clock is coarse.
  static void wait_a_tick() { std::this_thread::sleep_for(std::chrono::milliseconds(30)); }
  // As if the machine had been started again since.
  void boot() {
    const FileDescriptor file(::open((node_ / "segment").c_str(), O_RDWR | O_CLOEXEC));
    shm::Segment(file.get()).header().boot.store(1, std::memory_order_relaxed);
  }

  const test::TemporaryFolder folder_;
  const fs::path node_ = folder_ / "n1";
};

TEST_F(StateFolderTest, GoesOnFromWhatWasKept) {
  live_and_keep("one");
  live_and_keep("two");
  EXPECT_EQ(inputs_of(open()), 2U);
}

TEST_F(StateFolderTest, IsNotSharedByTwoNodesOfOneName) {
  const StateFiles files = open();
  EXPECT_THROW(open(), NodeFailure);
  EXPECT_NO_THROW(open(IfUnusable::refuse, "n2"));
}

TEST_F(StateFolderTest, AJournalWithoutItsSegmentIsRefusedWhicheverItIs) {
  live_and_keep("one");
  fs::remove(node_ / "segment");
  EXPECT_THROW(open(), NodeFailure);
  fs::remove(node_ / "segment");
  fs::rename(node_ / "journal-0", node_ / "journal-1");
  EXPECT_THROW(open(), NodeFailure);
  EXPECT_FALSE(fs::exists(node_ / "corrupt-1")) << "the segment may be brought back";
}

TEST_F(StateFolderTest, AStateThatLacksAFileStaysWhereItIs) {
  live_and_keep("one");
  fs::resize_file(node_ / "journal-0", 0);
  EXPECT_THROW(open(), NodeFailure);
  EXPECT_FALSE(fs::exists(node_ / "corrupt-1"));
}

TEST_F(StateFolderTest, AnotherVersionsStateStaysWhereItIs) {
  live_and_keep("one");
  damage("segment", offsetof(shm::SegmentHeader, version));
  EXPECT_THROW(open(), NodeFailure);
  EXPECT_FALSE(fs::exists(node_ / "corrupt-1"));
}

TEST_F(StateFolderTest, ADamagedStateIsMovedAndNotForgotten) {
  live_and_keep("one");
  damage("segment", offsetof(shm::SegmentHeader, seed));
  EXPECT_THROW(open(), NodeFailure);
  EXPECT_TRUE(fs::exists(node_ / "corrupt-1" / "segment"));
  EXPECT_THROW(open(), NodeFailure) << "a start with nothing is not what was asked for";
  EXPECT_EQ(inputs_of(open(IfUnusable::begin_anew)), 0U);
}

TEST_F(StateFolderTest, OnlyAfterAPowerCutItGoesOnFromWhatWasOnDisk) {
  {
    const StateFiles files = open();
    keep(files, "on disk");
    shm::mark_durable(shm::Segment(files.segment.get()).commit());
    keep(files, "not on disk");
  }
  constexpr std::uint64_t kInTheSecondRecord = record_bytes(7) + kRecordHeaderBytes;
  damage("journal-0", kInTheSecondRecord);
  const fs::path copy = folder_ / "copy";
  fs::copy(node_, copy, fs::copy_options::recursive);
  EXPECT_THROW(open(), NodeFailure) << "the machine has run on: it is damage";
  fs::remove_all(node_);
  fs::rename(copy, node_);
  boot();
  EXPECT_EQ(inputs_of(open()), 1U);
}

TEST_F(StateFolderTest, AfterAPowerCutDamageToWhatWasOnDiskIsDamage) {
  {
    const StateFiles files = open();
    keep(files, "on disk");
    shm::mark_durable(shm::Segment(files.segment.get()).commit());
    keep(files, "not on disk");
  }
  damage("journal-0", kRecordHeaderBytes);
  boot();
  EXPECT_THROW(open(), NodeFailure);
}

TEST_F(StateFolderTest, AnotherLifeOfTheSameFilesIsOfTheSameIncarnation) {
  const std::uint64_t first = incarnation_of(open());
  live_and_keep("one");
  EXPECT_EQ(incarnation_of(open()), first);
}

// On some file systems the new file gets the number of the old one.
TEST_F(StateFolderTest, WithAFileThatWasPutInItsPlaceTheNodeHasALaterIncarnation) {
  const std::uint64_t first = incarnation_of(open());
  fs::copy_file(node_ / "segment", folder_ / "copy");
  wait_a_tick();
  fs::remove(node_ / "segment");
  fs::copy_file(folder_ / "copy", node_ / "segment");
  EXPECT_GT(incarnation_of(open()), first);
}

// Another may have lived in its place meanwhile.
TEST_F(StateFolderTest, AfterItsFolderWasMovedAwayAndBackTheNodeHasALaterIncarnation) {
  const std::uint64_t first = incarnation_of(open());
  const fs::path elsewhere = folder_ / "elsewhere";
  wait_a_tick();
  fs::rename(node_, elsewhere);
  fs::rename(elsewhere, node_);
  EXPECT_GT(incarnation_of(open()), first);
}

TEST_F(StateFolderTest, AfterABootTheNodeHasALaterIncarnation) {
  std::uint64_t last = incarnation_of(open());
  for (int times = 0; times < 3; ++times) {
    boot();
    const std::uint64_t next = incarnation_of(open());
    EXPECT_GT(next >> 20, last >> 20) << "also within a millisecond";
    EXPECT_EQ(incarnation_of(open()), next);
    last = next;
  }
}

// The way in which people bring a copy back: the files are others, though of the same names.
TEST_F(StateFolderTest, InFilesBroughtBackFromACopyTheNodeHasALaterIncarnation) {
  const std::uint64_t first = incarnation_of(open());
  const fs::path copy = folder_ / "copy";
  fs::copy(node_, copy, fs::copy_options::recursive);
  wait_a_tick();
  fs::remove_all(node_);
  fs::copy(copy, node_, fs::copy_options::recursive);
  EXPECT_GT(incarnation_of(open()), first);
}

// As a wall clock that was set back would have it. Of two that begin from one state none knows of
// the other.
TEST_F(StateFolderTest, AnIncarnationIsLaterWhateverTheClockSays) {
  const StateFiles files = open();
  shm::Segment segment(files.segment.get());
  const std::uint64_t first_ms = segment.incarnation() >> 20;
  for (const std::uint64_t bits : {7U, 9U}) {
    segment.begin_incarnation(bits);
    EXPECT_EQ(segment.incarnation() & 0xf'ffff, bits);
  }
  constexpr std::uint64_t kIdsOfALife = 1'000'000;  // 1,024 a millisecond
  const std::uint64_t third_ms = segment.incarnation() >> 20;
  EXPECT_GT(third_ms, first_ms + 2 * kIdsOfALife / 1024);
  segment.begin_incarnation((third_ms + 9) << 20);
  EXPECT_EQ(segment.incarnation(), (third_ms + 9) << 20);
}

TEST_F(StateFolderTest, ANameMustNotLeadElsewhere) {
  for (const std::string& name : {std::string("."), std::string(".."), std::string("a/b"),
                                  std::string("/"), std::string("a\0b", 3)}) {
    EXPECT_THROW(open(IfUnusable::refuse, name), NodeFailure) << name;
  }
}

}  // namespace
}  // namespace hearsay::supervisor
