// The journal: grows, keeps its content, never reads outside.
#include "common/shm/journal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "common/base/checksum.h"
#include "common/base/record.h"
#include "common/shm/mapping.h"

namespace hearsay::shm {
namespace {

class JournalTest : public testing::Test {
 protected:
  FileDescriptor file_ = create_memory_file("journal-test", kJournalFirstBytes, Sealed::no);
};

std::string block(std::size_t bytes, std::size_t number) {
  std::string text = std::to_string(number);
  text.resize(bytes, static_cast<char>('a' + number % 26));
  return text;
}

TEST_F(JournalTest, GrowsAndKeepsWhatWasWritten) {
  Journal journal(file_.get());
  constexpr std::size_t kBlock = 1000;
  constexpr std::size_t kBlocks = 3000;
  std::uint64_t sizes = 0;
  for (std::size_t n = 0; n < kBlocks; ++n) {
    const std::uint64_t before = journal.size_bytes();
    journal.write(n * kBlock, block(kBlock, n));
    ASSERT_GE(journal.size_bytes(), (n + 1) * kBlock);
    sizes += journal.size_bytes() != before;
  }
  EXPECT_LT(sizes, 10U) << "it doubles";
  for (std::size_t n = 0; n < kBlocks; ++n) {
    ASSERT_EQ(journal.read(n * kBlock, (n + 1) * kBlock), block(kBlock, n));
  }
}

TEST_F(JournalTest, OneWriteMayBeManyTimesItsSize) {
  Journal journal(file_.get());
  journal.write(0, "start");
  const std::string large = block(5 * kJournalFirstBytes + 3, 7);
  journal.write(5, large);
  EXPECT_EQ(journal.read(0, 5), "start");
  EXPECT_EQ(journal.read(5, 5 + large.size()), large);
}

TEST_F(JournalTest, ExactlyFullNeedsNoGrowth) {
  Journal journal(file_.get());
  journal.write(0, block(kJournalFirstBytes, 1));
  EXPECT_EQ(journal.size_bytes(), kJournalFirstBytes);
  journal.write(kJournalFirstBytes, "x");
  EXPECT_EQ(journal.size_bytes(), 2 * kJournalFirstBytes);
  EXPECT_EQ(journal.read(kJournalFirstBytes, kJournalFirstBytes + 1), "x");
}

TEST_F(JournalTest, ASuccessorReadsWhatItsPredecessorWrote) {
  const std::string text = block(3 * kJournalFirstBytes, 3);
  { Journal(file_.get()).write(0, text); }
  const Journal successor(file_.get());
  EXPECT_EQ(successor.read(0, text.size()), text);
}

TEST_F(JournalTest, WhatLiesBehindTheEndIsOverwritten) {
  Journal journal(file_.get());
  journal.write(0, "committed unfinished");
  journal.write(10, "next");
  EXPECT_EQ(journal.read(0, 14), "committed next");
}

TEST_F(JournalTest, ReadsOutsideAreRefused) {
  const Journal journal(file_.get());
  const std::uint64_t size = journal.size_bytes();
  EXPECT_EQ(journal.read(0, size).size(), size);
  EXPECT_EQ(journal.read(size, size).size(), 0U);
  EXPECT_THROW(journal.read(0, size + 1), CorruptSegment);
  EXPECT_THROW(journal.read(8, 0), CorruptSegment);
  EXPECT_THROW(journal.read(~std::uint64_t{0}, ~std::uint64_t{0}), CorruptSegment);
}

TEST_F(JournalTest, ClearGivesTheMemoryBack) {
  Journal journal(file_.get());
  journal.write(0, block(100 * kJournalFirstBytes, 1));
  journal.clear();
  EXPECT_EQ(journal.size_bytes(), kJournalFirstBytes);
  EXPECT_EQ(file_size_bytes(file_.get()), kJournalFirstBytes);
  EXPECT_EQ(journal.read(0, 8), std::string(8, '\0'));
  journal.write(0, "again");
  EXPECT_EQ(journal.read(0, 5), "again");
}

TEST_F(JournalTest, ASuccessorMendsAFileThatWasLeftEmpty) {
  ASSERT_EQ(::ftruncate(file_.get(), 0), 0);
  Journal journal(file_.get());
  EXPECT_EQ(journal.size_bytes(), kJournalFirstBytes);
  journal.write(0, "fine");
  EXPECT_EQ(journal.read(0, 4), "fine");
}

TEST_F(JournalTest, AnEmptyWriteChangesNothing) {
  Journal journal(file_.get());
  journal.write(journal.size_bytes(), "");
  EXPECT_EQ(journal.size_bytes(), kJournalFirstBytes);
}

TEST_F(JournalTest, DamageToWhatCountsIsFound) {
  Journal journal(file_.get());
  std::string records;
  append_record(records, 1, 0, "one");
  append_record(records, 2, 0, "another");
  journal.write(0, records);
  CommitSlot slot;
  slot.journal_end = records.size();
  slot.journal_check = checksum_of_records(records);
  check_journal(slot, journal);
  for (std::size_t byte = 0; byte < records.size(); ++byte) {
    std::string damaged = records;
    damaged[byte] ^= 1;
    journal.write(0, damaged);
    EXPECT_THROW(check_journal(slot, journal), CorruptSegment) << byte;
  }
  journal.write(0, records);
  slot.journal_end += 8;
  EXPECT_THROW(check_journal(slot, journal), CorruptSegment) << "a record more";
}

}  // namespace
}  // namespace hearsay::shm
