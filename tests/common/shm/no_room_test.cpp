// A file that may not grow: an error, with nothing changed, and the next attempt succeeds when
// there is room.
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "common/base/record.h"
#include "common/shm/journal.h"
#include "common/shm/mapping.h"
#include "common/shm/segment.h"
#include "common/shm/spill.h"
#include "tests/support/file_size_limit.h"

namespace hearsay::shm {
namespace {

using test::FileSizeLimit;

constexpr std::uint64_t kLimit = 3 * kJournalFirstBytes;

FileDescriptor empty_file() {
  return create_memory_file("no-room-test", 0, Sealed::no);
}

TEST(NoRoomTest, AJournalThatMayNotGrowKeepsWhatItHas) {
  const FileDescriptor file = empty_file();
  Journal journal(file.get());
  const std::string text(kJournalFirstBytes, 'x');
  journal.write(0, text);
  {
    const FileSizeLimit limit(kLimit);
    EXPECT_THROW(journal.reserve(kLimit + 1), NoRoom);
    EXPECT_THROW(journal.write(kJournalFirstBytes, std::string(kLimit, 'y')), NoRoom);
    EXPECT_EQ(journal.size_bytes(), kJournalFirstBytes);
    EXPECT_EQ(journal.read(0, text.size()), text);
  }
  journal.write(kLimit, "fits now");
  EXPECT_EQ(journal.read(kLimit, kLimit + 8), "fits now");
  EXPECT_EQ(journal.read(0, text.size()), text);
}

TEST(NoRoomTest, AJournalUsesTheLastByteThatItCanHave) {
  const FileDescriptor file = empty_file();
  Journal journal(file.get());
  const FileSizeLimit limit(kLimit);  // which is no size that doubling leads to
  journal.write(0, std::string(kLimit, 'x'));
  EXPECT_EQ(journal.size_bytes(), kLimit);
}

TEST(NoRoomTest, WhatWasReservedIsThere) {
  const FileDescriptor file = empty_file();
  Journal journal(file.get());
  journal.reserve(kLimit);
  const FileSizeLimit limit(0);
  journal.write(0, std::string(kLimit, 'x'));
  EXPECT_FALSE(has_holes(file.get()));
}

// Stores into a hole are a SIGBUS on a full disk.
TEST(NoRoomTest, HolesAreFilledWhenAFileIsOpened) {
  const FileDescriptor journal = empty_file();
  ASSERT_EQ(::ftruncate(journal.get(), 10 * kJournalFirstBytes), 0);
  ASSERT_TRUE(has_holes(journal.get()));
  Journal opened(journal.get());
  EXPECT_FALSE(has_holes(journal.get()));

  const FileDescriptor segment = empty_file();
  Segment::format(segment.get(), 1, 2);
  EXPECT_FALSE(has_holes(segment.get()));
}

TEST(NoRoomTest, AClearedJournalKeepsItsFirstBytes) {
  const FileDescriptor file = empty_file();
  Journal journal(file.get());
  journal.write(0, std::string(kLimit, 'x'));
  const FileSizeLimit limit(0);
  journal.clear();
  EXPECT_FALSE(has_holes(file.get()));
  journal.write(0, std::string(kJournalFirstBytes, 'y'));
}

TEST(NoRoomTest, ASegmentThatFindsNoneIsNotMade) {
  const FileDescriptor file = empty_file();
  const FileSizeLimit limit(kSegmentBytes - 1);
  EXPECT_THROW(Segment::format(file.get(), 1, 2), NoRoom);
  EXPECT_THROW(Segment::create(1, 2), NoRoom);
}

class SpillTest : public testing::Test {
 protected:
  FileDescriptor file_ = empty_file();
  Spill spill_{file_.get()};
  std::string payload_;
};

TEST_F(SpillTest, GivesTheRecordsBackOneByOne) {
  std::string records;
  append_record(records, 1, 2, "one");
  const std::uint64_t second = records.size();
  append_record(records, 3, 4, std::string(100'000, 'x'));
  spill_.write(records);
  const Record first = spill_.read(0, records.size(), payload_);
  EXPECT_EQ(first.kind, 1);
  EXPECT_EQ(first.flags, 2);
  EXPECT_EQ(first.payload, "one");
  EXPECT_EQ(spill_.read(second, records.size(), payload_).payload, std::string(100'000, 'x'));
}

TEST_F(SpillTest, WithoutRoomItSaysSo) {
  const FileSizeLimit limit(1000);
  EXPECT_THROW(spill_.write(std::string(2000, 'x')), NoRoom);
  spill_.write(std::string(1000, 'y'));
}

TEST_F(SpillTest, WhatIsNoRecordIsCorrupt) {
  std::string records;
  append_record(records, 1, 2, "payload");
  spill_.write(records);
  EXPECT_THROW(spill_.read(0, records.size() - 1, payload_), CorruptSegment);
  EXPECT_THROW(spill_.read(records.size() - 4, records.size(), payload_), CorruptSegment);
  EXPECT_THROW(spill_.read(records.size(), 2 * records.size(), payload_), CorruptSegment);
}

TEST_F(SpillTest, ClearGivesTheMemoryBack) {
  spill_.write(std::string(100'000, 'x'));
  spill_.clear();
  EXPECT_EQ(spill_.size_bytes(), 0U);
}

}  // namespace
}  // namespace hearsay::shm
