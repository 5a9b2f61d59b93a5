// What the supervisor and a successor see of a committer's work, before and after each commit. The
// kills at every instruction in between: tests/process/kill_points_test.cpp.
#include "worker/committer.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/checksum.h"
#include "common/shm/mapping.h"
#include "tests/support/file_size_limit.h"

namespace hearsay::worker {
namespace {

constexpr std::uint16_t kOwner = 3;

core::Effects effects_with(std::string_view change, const std::vector<std::string>& lines) {
  core::Effects effects;
  if (!change.empty()) effects.change(kOwner, 1, change);
  for (const std::string& line : lines) {
    effects.line(0, true, [&](std::string& out) { out.append(line); });
  }
  return effects;
}

class CommitterTest : public testing::Test {
 protected:
  CommitterTest() { replace_worker(); }

  // The worker dies; a successor takes over, and has recovered when this returns.
  void replace_worker() {
    committer_.reset();
    first_.emplace(first_file_.get());
    second_.emplace(second_file_.get());
    committer_ = std::make_unique<Committer>(segment_, *first_, *second_, spill_, shelf_,
                                             doorbell_.get(), sync_);
    committer_->resume();
  }

  void commit(const core::Effects& effects) {
    ASSERT_TRUE(committer_->stage(effects));
    committer_->commit(request_tail_, ++inputs_);
  }

  // The supervisor gives one more input, which the worker walks over.
  void take_input() {
    ASSERT_TRUE(inputs_ring_.append(1, 0, "input"));
    inputs_ring_.publish();
    ASSERT_TRUE(committer_->requests().next());
    request_tail_ = inputs_ring_.tail();
  }

  // Text of all the lines that the supervisor sees; it frees them.
  std::string seen_lines() {
    std::string text;
    while (const auto record = outputs_.next()) {
      text.append(record->payload.substr(sizeof(protocol::LineHeader)));
    }
    outputs_.release();
    return text;
  }

  std::vector<std::string> journal() const {
    std::vector<std::string> changes;
    committer_->replay_journal([&](const Record& record) { changes.emplace_back(record.payload); });
    return changes;
  }

  bool doorbell_rings() const {
    pollfd polled{doorbell_.get(), POLLIN, 0};
    return ::poll(&polled, 1, 0) == 1;
  }

  FileDescriptor file_ = shm::Segment::create(1, 2);
  FileDescriptor first_file_ =
      shm::create_memory_file("first", shm::kJournalFirstBytes, shm::Sealed::no);
  FileDescriptor second_file_ =
      shm::create_memory_file("second", shm::kJournalFirstBytes, shm::Sealed::no);
  FileDescriptor doorbell_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  FileDescriptor spill_file_ = shm::create_memory_file("spill", 0, shm::Sealed::no);
  shm::Spill spill_{spill_file_.get()};
  FileDescriptor shelf_file_ = shm::create_memory_file("shelf", 0, shm::Sealed::no);
  shm::Shelf shelf_{shelf_file_.get()};
  shm::Segment segment_{file_.get()};
  shm::RingProducer inputs_ring_{segment_.request_ring(), 0};
  shm::RingConsumer outputs_{segment_.reply_ring(), 0};
  std::optional<shm::Journal> first_;
  std::optional<shm::Journal> second_;
  shm::Disk disk_;
  DiskSync sync_{{}, segment_, disk_};
  std::unique_ptr<Committer> committer_;
  std::uint64_t request_tail_ = 0;
  std::uint64_t inputs_ = 0;
};

TEST_F(CommitterTest, WhatIsStagedHappensWithTheCommitOnly) {
  take_input();
  ASSERT_TRUE(committer_->stage(effects_with("change", {"line"})));
  EXPECT_EQ(seen_lines(), "");
  EXPECT_FALSE(inputs_ring_.drained());
  EXPECT_EQ(shm::committed_steps(segment_.commit()), 0U);
  committer_->commit(request_tail_, 1);
  EXPECT_TRUE(inputs_ring_.drained());
  EXPECT_EQ(seen_lines(), "line");
  EXPECT_EQ(journal(), std::vector<std::string>{"change"});
  EXPECT_EQ(shm::committed_steps(segment_.commit()), 1U);
}

TEST_F(CommitterTest, AStepThatWasNotCommittedIsForgottenAndRunAgain) {
  take_input();
  commit(effects_with("first", {"one "}));
  take_input();
  ASSERT_TRUE(committer_->stage(effects_with("lost", {"lost"})));
  replace_worker();
  EXPECT_EQ(journal(), std::vector<std::string>{"first"});
  ASSERT_TRUE(committer_->requests().next()) << "the input is still there";
  commit(effects_with("again", {"two"}));
  EXPECT_EQ(journal(), (std::vector<std::string>{"first", "again"}));
  EXPECT_EQ(seen_lines(), "one two");
  EXPECT_EQ(committer_->slot().inputs, 2U);
}

TEST_F(CommitterTest, SeveralStepsShareACommit) {
  for (const char* name : {"a", "b", "c"}) {
    take_input();
    ASSERT_TRUE(committer_->stage(effects_with(name, {name})));
  }
  committer_->commit(request_tail_, 3);
  EXPECT_EQ(journal(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(seen_lines(), "abc");
  EXPECT_EQ(shm::committed_steps(segment_.commit()), 1U);
}

TEST_F(CommitterTest, WithoutRoomNothingIsStaged) {
  const std::string line(30'000, 'x');
  std::uint64_t lines = 0;
  while (committer_->stage(effects_with("", {line}))) ++lines;
  EXPECT_GT(lines, 5U);
  committer_->commit(0, 1);
  // The second line of these fits no more, so neither may count.
  const core::Effects two = effects_with("both", {"short", line});
  EXPECT_FALSE(committer_->stage(two));
  EXPECT_TRUE(journal().empty());
  EXPECT_EQ(seen_lines().size(), lines * line.size());
  commit(two);
  EXPECT_EQ(seen_lines(), "short" + line);
  EXPECT_EQ(journal(), std::vector<std::string>{"both"});
}

TEST_F(CommitterTest, OutputsLongerThanTheRingAreSpilledAndDrained) {
  std::string line;
  for (int i = 0; line.size() < 3 * shm::kRingBytes; ++i) line += std::to_string(i) + ' ';
  take_input();
  commit(effects_with("change", {line}));
  ASSERT_TRUE(committer_->spilled());
  EXPECT_FALSE(inputs_ring_.drained()) << "answers are still to come";
  std::string seen = seen_lines();
  std::uint64_t deaths = 0;
  while (committer_->spilled()) {
    ASSERT_TRUE(committer_->drain_spill());
    seen += seen_lines();
    replace_worker();
    ++deaths;
  }
  EXPECT_GT(deaths, 2U);
  EXPECT_EQ(seen, line);
  EXPECT_EQ(spill_.size_bytes(), 0U) << "its memory is given back";
  EXPECT_TRUE(inputs_ring_.drained());
  EXPECT_EQ(journal(), std::vector<std::string>{"change"});
}

TEST_F(CommitterTest, DrainingWaitsForRoom) {
  commit(effects_with("", {std::string(3 * shm::kRingBytes, 's')}));
  while (committer_->drain_spill()) {
  }
  ASSERT_TRUE(committer_->spilled());
  EXPECT_FALSE(committer_->drain_spill());
  seen_lines();
  EXPECT_TRUE(committer_->drain_spill());
}

TEST_F(CommitterTest, CompactionReplacesTheJournal) {
  const std::string large(300'000, 'l');
  EXPECT_FALSE(committer_->wants_compaction());
  for (std::uint64_t round = 1; round <= 3; ++round) {
    while (!committer_->wants_compaction()) commit(effects_with(large, {}));
    committer_->compact(effects_with("snapshot " + std::to_string(round), {}));
    EXPECT_EQ(committer_->slot().journal_region, round % 2);
    EXPECT_FALSE(committer_->wants_compaction());
    const shm::Journal& old = round % 2 == 0 ? *second_ : *first_;
    EXPECT_EQ(old.size_bytes(), shm::kJournalFirstBytes) << "its memory is given back";
    replace_worker();
    EXPECT_EQ(journal(), std::vector<std::string>{"snapshot " + std::to_string(round)});
  }
  commit(effects_with("after", {}));
  EXPECT_EQ(journal(), (std::vector<std::string>{"snapshot 3", "after"}));
}

TEST_F(CommitterTest, AStateThatIsLargeItselfIsNotCompactedAgainAndAgain) {
  const std::string large(3'000'000, 's');
  commit(effects_with(large, {}));
  ASSERT_TRUE(committer_->wants_compaction());
  committer_->compact(effects_with(large, {}));
  EXPECT_FALSE(committer_->wants_compaction());
  commit(effects_with(large, {}));
  EXPECT_FALSE(committer_->wants_compaction());
  replace_worker();
  EXPECT_FALSE(committer_->wants_compaction()) << "its successor knows how long the snapshot was";
  while (!committer_->wants_compaction()) commit(effects_with(large, {}));
  EXPECT_FALSE(committer_->wants_compaction(committer_->slot().journal_end / 3)) << "no gain";
}

// However long it is: it needs no room in the ring, and what is behind it need not wait.
TEST_F(CommitterTest, ASharedTextIsOnTheShelfAndNotSpilled) {
  const std::string text(100 * protocol::kSharedBlockBytes, 'x');
  core::SharedText shared;
  core::Effects effects;
  effects.line(0, false, [&](std::string& out) {
    out += "[";
    effects.share(shared, text);
    out += "]\n";
  });
  commit(effects);
  EXPECT_FALSE(committer_->spilled());
  std::string block;
  shelf_.read(99 * protocol::kSharedBlockBytes, protocol::kSharedBlockBytes,
              checksum(text.substr(0, protocol::kSharedBlockBytes)), block);
  EXPECT_EQ(block.size(), protocol::kSharedBlockBytes);
}

TEST_F(CommitterTest, ASlotThatMakesNoSenseIsRefused) {
  const auto refused = [&](const shm::CommitSlot& slot) {
    committer_.reset();
    shm::commit(segment_.commit(), slot);
    EXPECT_THROW(replace_worker(), CorruptSegment);
  };
  refused({.journal_region = 2});
  refused({.journal_end = shm::kJournalFirstBytes + 1});
  spill_.write(std::string(16, '\0'));
  refused({.spill_begin = 16, .spill_end = 8});
  refused({.spill_begin = 0, .spill_end = 1 << 20});
}

TEST_F(CommitterTest, TheDoorbellRingsOnlyForASleeper) {
  commit(effects_with("", {"line"}));
  EXPECT_FALSE(doorbell_rings());
  shm::raise(segment_.supervisor_park(), shm::kRecordsPublished);
  commit(effects_with("change", {}));
  EXPECT_FALSE(doorbell_rings()) << "there is nothing to read";
  commit(effects_with("", {"line"}));
  EXPECT_TRUE(doorbell_rings());
}

TEST_F(CommitterTest, AStepWithoutRoomLeavesNothing) {
  take_input();
  ASSERT_TRUE(committer_->stage(effects_with("first", {"one "})));
  const test::FileSizeLimit limit(shm::kJournalFirstBytes);
  EXPECT_THROW(
      committer_->stage(effects_with(std::string(shm::kJournalFirstBytes, 'l'), {"never"})),
      shm::NoRoom);
  EXPECT_THROW(committer_->stage(effects_with("", {std::string(shm::kRingBytes, 's')})),
               shm::NoRoom);
  // What was staged before goes through.
  committer_->commit(request_tail_, 1);
  EXPECT_EQ(seen_lines(), "one ");
  EXPECT_EQ(journal(), std::vector<std::string>{"first"});
}

TEST_F(CommitterTest, TheLastRoomIsForGivingUp) {
  const test::FileSizeLimit limit(shm::kJournalFirstBytes);
  std::uint64_t steps = 0;
  try {
    for (;; ++steps) commit(effects_with(std::string(1000, 'x'), {}));
  } catch (const shm::NoRoom&) {
  }
  EXPECT_GT(steps, 50U);
  EXPECT_THROW(for (;;) commit(effects_with("x", {})), shm::NoRoom) << "to the last bit";
  const std::string given_up(1000, 'u');
  ASSERT_TRUE(committer_->stage(effects_with(given_up, {"sorry"}), Committer::Giving::up));
  committer_->commit(request_tail_, ++inputs_);
  EXPECT_EQ(seen_lines(), "sorry");
  EXPECT_EQ(journal().back(), given_up);
}

TEST_F(CommitterTest, AnswersGoOnWithAFullJournal) {
  const test::FileSizeLimit limit(shm::kJournalFirstBytes);
  EXPECT_THROW(for (;;) commit(effects_with(std::string(1000, 'x'), {})), shm::NoRoom);
  commit(effects_with("", {"answer"}));
  EXPECT_EQ(seen_lines(), "answer");
}

TEST_F(CommitterTest, ACompactionWithoutRoomChangesNothing) {
  const std::string large(300'000, 'l');
  while (!committer_->wants_compaction()) commit(effects_with(large, {}));
  const auto before = journal();
  {
    const test::FileSizeLimit limit(shm::kJournalFirstBytes);
    EXPECT_THROW(committer_->compact(effects_with(large, {})), shm::NoRoom);
  }
  committer_->put_off_compaction();
  EXPECT_FALSE(committer_->wants_compaction());
  EXPECT_EQ(journal(), before);
  while (!committer_->wants_compaction()) commit(effects_with(large, {}));
  EXPECT_GE(journal().size(), 2 * before.size());
  EXPECT_TRUE(committer_->is_worth_it(effects_with(large, {})));
  committer_->compact(effects_with(large, {}));
  EXPECT_FALSE(committer_->is_worth_it(effects_with(large, {})));
  while (journal().size() <= before.size()) commit(effects_with(large, {}));
  EXPECT_TRUE(committer_->wants_compaction()) << "it is put off no longer";
  committer_->compact(effects_with(large, {}));
  replace_worker();
  EXPECT_EQ(journal(), std::vector<std::string>{large});
}

}  // namespace
}  // namespace hearsay::worker
