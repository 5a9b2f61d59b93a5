// The segment: what is refused, that its size is sealed, and that nothing of it is left behind.
#include "common/shm/segment.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <set>
#include <string>

#include "common/shm/mapping.h"
#include "tests/common/shm/owned_ring.h"

namespace hearsay::shm {
namespace {

TEST(SegmentTest, AFreshOneHoldsWhatItWasGiven) {
  const FileDescriptor file = Segment::create(11, 22);
  Segment segment(file.get());
  EXPECT_EQ(segment.incarnation(), 11U);
  EXPECT_EQ(segment.header().seed, 22U);
  EXPECT_EQ(segment.header().poison_position.load(kRelaxed), kNoPosition);
  EXPECT_EQ(segment.header().running_position.load(kRelaxed), kNoPosition);
  EXPECT_EQ(segment.header().ready_generation.load(kRelaxed), 0U);
  EXPECT_EQ(segment.header().stop.load(kRelaxed), 0U);
  EXPECT_EQ(committed_steps(segment.commit()), 0U);
  EXPECT_FALSE(RingConsumer(segment.request_ring(), 0).has_next());
  EXPECT_FALSE(RingConsumer(segment.reply_ring(), 0).has_next());
}

TEST(SegmentTest, TwoMappingsShareEverything) {
  const FileDescriptor file = Segment::create(1, 2);
  Segment here(file.get());
  Segment there(file.get());
  ASSERT_NE(&here.header(), &there.header());

  RingProducer producer(here.reply_ring(), 0);
  const std::string payload(1000, 'p');
  while (producer.append(5, 6, payload)) {
  }
  producer.publish();
  RingConsumer consumer(there.reply_ring(), 0);
  std::uint64_t count = 0;
  while (const auto record = consumer.next()) {
    ASSERT_EQ(record->payload, payload);
    ++count;
  }
  EXPECT_EQ(count, kRingBytes / checked_bytes(payload.size()));
  consumer.release();
  EXPECT_TRUE(producer.drained());

  commit(here.commit(), {.request_head = 77});
  EXPECT_EQ(active_slot(there.commit()).request_head, 77U);
}

TEST(SegmentTest, TheRingsDoNotOverlap) {
  const FileDescriptor file = Segment::create(1, 2);
  Segment segment(file.get());
  RingProducer requests(segment.request_ring(), 0);
  RingProducer replies(segment.reply_ring(), 0);
  while (requests.append(1, 0, std::string(2000, 'q'))) {
  }
  while (replies.append(2, 0, std::string(2000, 'r'))) {
  }
  requests.publish();
  replies.publish();
  RingConsumer questions(segment.request_ring(), 0);
  RingConsumer answers(segment.reply_ring(), 0);
  while (const auto record = questions.next()) ASSERT_EQ(record->payload, std::string(2000, 'q'));
  while (const auto record = answers.next()) ASSERT_EQ(record->payload, std::string(2000, 'r'));
  EXPECT_EQ(segment.header().magic, kSegmentMagic);
}

// As it stands when a node is killed: a step runs, some inputs wait, outputs are spilled.
TEST(SegmentTest, ANewLifeKeepsWhatIsCommittedAndForgetsWhatWasUnderWay) {
  const FileDescriptor file = Segment::create(1, 2);
  Segment segment(file.get());
  SegmentHeader& header = segment.header();
  for (PositionWord* word :
       {&header.poison_position, &header.no_room_position, &header.running_position}) {
    word->store(8, kRelaxed);
  }
  header.ready_generation.store(1, kRelaxed);
  header.stop.store(1, kRelaxed);
  for (const RingView& ring : {segment.request_ring(), segment.reply_ring()}) {
    RingProducer producer(ring, 0);
    ASSERT_TRUE(producer.append(1, 0, "read"));
    const std::uint64_t read = producer.tail();
    ASSERT_TRUE(producer.append(1, 0, "unread"));
    producer.publish();
    RingConsumer(ring, 0).release_until(read);
  }
  raise(segment.worker_park(), kRecordsPublished);
  raise(segment.supervisor_park(), kRecordsPublished);
  commit(segment.commit(), {.request_head = 24,
                            .reply_tail = 48,
                            .inputs = 5,
                            .journal_region = 1,
                            .journal_end = 64,
                            .snapshot_bytes = 32,
                            .spill_begin = 8,
                            .spill_end = 16,
                            .journal_check = 99});

  segment.begin_new_life(active_slot(segment.commit()));

  for (const PositionWord* word :
       {&header.poison_position, &header.no_room_position, &header.running_position}) {
    EXPECT_EQ(word->load(kRelaxed), kNoPosition);
  }
  EXPECT_EQ(header.ready_generation.load(kRelaxed), 0U);
  EXPECT_EQ(header.stop.load(kRelaxed), 0U);
  EXPECT_FALSE(must_wake(segment.worker_park(), kRecordsPublished));
  EXPECT_FALSE(must_wake(segment.supervisor_park(), kRecordsPublished));
  check_active_slot(segment.commit());
  const CommitSlot& slot = active_slot(segment.commit());
  EXPECT_EQ(slot.request_head, 0U);
  EXPECT_EQ(slot.reply_tail, 0U);
  EXPECT_FALSE(slot.spilled());
  EXPECT_EQ(slot.inputs, 5U);
  EXPECT_EQ(slot.journal_region, 1U);
  EXPECT_EQ(slot.journal_end, 64U);
  EXPECT_EQ(slot.snapshot_bytes, 32U);
  EXPECT_EQ(slot.journal_check, 99U);
  for (const RingView& ring : {segment.request_ring(), segment.reply_ring()}) {
    EXPECT_FALSE(RingConsumer(ring, 0).has_next());
    RingProducer producer(ring, 0);
    producer.publish();
    EXPECT_TRUE(producer.drained());
  }
}

TEST(SegmentTest, AnotherProgramsHeaderIsRefused) {
  const auto refused_after = [](auto&& change) {
    const FileDescriptor file = Segment::create(1, 2);
    change(Segment(file.get()).header());
    EXPECT_THROW(Segment{file.get()}, CorruptSegment);
  };
  refused_after([](SegmentHeader& header) { header.magic ^= 1; });
  refused_after([](SegmentHeader& header) { ++header.version; });
  refused_after([](SegmentHeader& header) { header.header_bytes += 8; });
  refused_after([](SegmentHeader& header) { header.ring_bytes *= 2; });
  refused_after([](SegmentHeader& header) { ++header.seed; });
}

TEST(SegmentTest, AnotherSizeIsRefused) {
  for (const std::uint64_t bytes :
       {std::uint64_t{0}, std::uint64_t{4096}, kSegmentBytes - 1, kSegmentBytes + 4096}) {
    const FileDescriptor file = create_memory_file("wrong-size", bytes, Sealed::no);
    EXPECT_THROW(Segment{file.get()}, CorruptSegment) << bytes;
  }
}

TEST(SegmentTest, ItsSizeCanNeverChange) {
  const FileDescriptor file = Segment::create(1, 2);
  for (const std::uint64_t bytes : {std::uint64_t{0}, kSegmentBytes / 2, 2 * kSegmentBytes}) {
    EXPECT_EQ(::ftruncate(file.get(), static_cast<off_t>(bytes)), -1);
    EXPECT_EQ(errno, EPERM);
  }
  EXPECT_EQ(file_size_bytes(file.get()), kSegmentBytes);
}

std::set<std::string> named_shared_memory() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    const std::string name = entry.path().filename();
    if (name.find("hearsay") != std::string::npos) names.insert(name);
  }
  return names;
}

TEST(SegmentTest, AKilledProcessLeavesNothingBehind) {
  const std::set<std::string> before = named_shared_memory();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const FileDescriptor file = Segment::create(1, 2);
    const FileDescriptor journal = create_memory_file("hearsay-journal", 4096, Sealed::no);
    Segment segment(file.get());
    segment.header().seed = 3;
    std::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(named_shared_memory(), before);
}

}  // namespace
}  // namespace hearsay::shm
