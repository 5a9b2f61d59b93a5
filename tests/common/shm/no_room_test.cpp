// A file that may not grow: an error, with nothing changed, and the next attempt succeeds when
// there is room.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "common/base/record.h"
#include "common/shm/checked_record.h"
#include "common/shm/journal.h"
#include "common/shm/mapping.h"
#include "common/shm/segment.h"
#include "common/shm/spill.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/sanitized.h"

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

// ulimit -v and ulimit -d: what is private and written to counts for both.
TEST(NoRoomTest, AddressSpaceHasTwoLimits) {
  if (test::kThreadSanitizer) GTEST_SKIP() << "it maps more than the limit itself";
  for (const auto kind : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(kind, &before), 0);
    constexpr std::uint64_t kLarge = std::uint64_t{1} << 45;
    const rlimit limit{std::min<rlim_t>(kLarge, before.rlim_max), before.rlim_max};
    ASSERT_EQ(::setrlimit(kind, &limit), 0);
    EXPECT_THROW(require_address_space(kLarge), NoRoom) << kind;
    ASSERT_EQ(::setrlimit(kind, &before), 0);
    EXPECT_NO_THROW(require_address_space(4096)) << kind;
  }
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
  const Journal opened(journal.get());
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

std::string a_record(std::uint64_t payload_bytes) {
  std::string record;
  append_record(record, 1, 2, std::string(payload_bytes, 'x'));
  return record;
}

TEST_F(SpillTest, ADamagedRecordIsFound) {
  const std::uint64_t end = spill_.write(a_record(100));
  for (std::uint64_t byte = 0; byte < end; ++byte) {
    char was = 0;
    ASSERT_EQ(::pread(file_.get(), &was, 1, static_cast<off_t>(byte)), 1);
    const char now = static_cast<char>(was ^ 16);
    ASSERT_EQ(::pwrite(file_.get(), &now, 1, static_cast<off_t>(byte)), 1);
    const bool gap = byte >= kRecordHeaderBytes + 100 && byte < end - kCheckBytes;
    if (gap) {
      EXPECT_EQ(spill_.read(0, end, payload_).payload, std::string(100, 'x'));
    } else {
      EXPECT_THROW(spill_.read(0, end, payload_), CorruptSegment) << byte;
    }
    ASSERT_EQ(::pwrite(file_.get(), &was, 1, static_cast<off_t>(byte)), 1);
  }
}

TEST_F(SpillTest, GivesTheRecordsBackOneByOne) {
  std::string records;
  append_record(records, 1, 2, "one");
  append_record(records, 3, 4, std::string(100'000, 'x'));
  const std::uint64_t end = spill_.write(records);
  EXPECT_EQ(spill_.size_bytes(), end);
  const Record first = spill_.read(0, end, payload_);
  EXPECT_EQ(first.kind, 1);
  EXPECT_EQ(first.flags, 2);
  EXPECT_EQ(first.payload, "one");
  EXPECT_EQ(spill_.read(checked_bytes(3), end, payload_).payload, std::string(100'000, 'x'));
}

TEST_F(SpillTest, WithoutRoomItSaysSo) {
  const FileSizeLimit limit(1000);
  EXPECT_THROW(spill_.write(a_record(2000)), NoRoom);
  EXPECT_EQ(spill_.write(a_record(1000 - checked_bytes(0))), 1000U);
}

TEST_F(SpillTest, WhatIsNoRecordIsCorrupt) {
  std::string records;
  append_record(records, 1, 2, "payload");
  const std::uint64_t end = spill_.write(records);
  EXPECT_THROW(spill_.read(0, end - 1, payload_), CorruptSegment);
  EXPECT_THROW(spill_.read(end - 4, end, payload_), CorruptSegment);
  EXPECT_THROW(spill_.read(end, 2 * end, payload_), CorruptSegment);
}

TEST_F(SpillTest, ClearGivesTheMemoryBack) {
  spill_.write(a_record(100'000));
  spill_.clear();
  EXPECT_EQ(spill_.size_bytes(), 0U);
}

}  // namespace
}  // namespace hearsay::shm
