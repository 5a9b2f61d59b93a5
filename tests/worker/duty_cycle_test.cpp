// The worker's life between two parks, with the real segment and a service that does what the test
// wants. The test plays the supervisor.
#include "worker/duty_cycle.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/shm/mapping.h"
#include "common/shm/segment.h"
#include "common/trace/trace_writer.h"
#include "supervisor/input_queue.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/node_runner.h"
#include "tests/worker/counting_disk.h"
#include "worker/recovery.h"

namespace hearsay::worker {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr std::uint64_t kChangeBytes = 1000;

using Deed = std::function<void(core::Context&, const protocol::Message&)>;

// Every "do" changes the journal by kChangeBytes, of which only the last ones matter.
class ScriptedService : public core::Service {
 public:
  ScriptedService(shm::Segment& segment, Deed deed) : segment_(segment), deed_(std::move(deed)) {}

  std::span<const std::string_view> types() const override {
    static constexpr std::array<std::string_view, 2> kTypes{"do", "stop"};
    return kTypes;
  }
  void handle(core::Context& context, const protocol::Message& message) override {
    if (message.type == "stop") {
      segment_.header().stop.store(1, kRelaxed);
      return;
    }
    context.change(1, std::string(kChangeBytes, 'c'));
    deed_(context, message);
  }
  void snapshot(const ChangeSink& sink) const override { sink(1, std::string(kChangeBytes, 'c')); }

 private:
  shm::Segment& segment_;
  Deed deed_;
};

class DutyCycleTest : public testing::Test {
 protected:
  DutyCycleTest() {
    const std::vector<protocol::Field> fields{{"node_id", R"("n1")"}, {"node_ids", R"(["n1"])"}};
    inputs_.push_message(0, {"c1", "n1", "init", 1, std::nullopt, fields});
  }

  void push(std::string_view type) {
    inputs_.push_message(0, {"c1", "n1", type, 7, std::nullopt, {}});
  }
  // A worker's life, up to a "stop", or what `deed` throws.
  void live(const Deed& deed) {
    inputs_.flush();
    shm::Journal first(first_file_.get());
    shm::Journal second(second_file_.get());
    shm::Spill spill(spill_file_.get());
    shm::Shelf shelf(shelf_file_.get());
    DiskSync sync(policy_, segment_, disk_);
    Committer committer(segment_, first, second, spill, shelf, doorbell_.get(), sync);
    trace::TraceWriter trace(trace::Level::off, STDERR_FILENO, "worker");
    std::vector<core::RegisteredService> services;
    services.push_back({3, "scripted", std::make_unique<ScriptedService>(segment_, deed)});
    core::Node node({incarnation_, 2}, std::move(services), trace);
    recovered_ = 0;
    recover(
        committer, node, [this] { ++recovered_; }, trace);
    DutyCycle(segment_, committer, node, trace, nullptr).run();
    owed_ = sync.due_ns().has_value();
  }
  // The same, while the test reads what comes, in another thread: until it has read so many lines,
  // or has lost its patience.
  void live_and_read(const Deed& deed, std::size_t lines) {
    const std::jthread reader([this, lines] {
      const auto give_up = std::chrono::steady_clock::now() + test::kPatience;
      while (answers_.size() < lines && std::chrono::steady_clock::now() < give_up) {
        read_answers();
        std::this_thread::yield();
      }
      segment_.header().stop.store(1, kRelaxed);
      shm::wake(segment_.worker_park());
    });
    live(deed);
  }
  // Lines that were shown, without their line feeds; their memory is freed.
  void read_answers() {
    while (const auto record = outputs_.next()) {
      std::string_view payload = record->payload;
      take<protocol::LineHeader>(payload);
      line_.append(payload);
      if ((record->flags & protocol::kLastPart) == 0) continue;
      answers_.push_back(std::exchange(line_, {}));
    }
    outputs_.release();
    if (shm::must_wake(segment_.worker_park(), shm::kRoomFreed)) {
      shm::wake(segment_.worker_park());
    }
  }
  // Where the inputs stand in the ring.
  std::vector<std::uint64_t> positions() {
    inputs_.flush();
    std::vector<std::uint64_t> found;
    shm::RingConsumer inputs(segment_.request_ring(), 0);
    for (std::uint64_t at = 0; inputs.next(); at = inputs.head()) found.push_back(at);
    return found;
  }
  const shm::CommitSlot& slot() { return shm::active_slot(segment_.commit()); }

  static void reply(core::Context& context, const protocol::Message& message) {
    context.reply(message, "do_ok");
  }
  static Deed replying(std::size_t bytes) {
    return [bytes](core::Context& context, const protocol::Message& message) {
      context.reply(message, "do_ok", [&](protocol::MessageWriter& body) {
        body.string("text", std::string(bytes, 'x'));
      });
    };
  }

  FileDescriptor file_ = shm::Segment::create(1, 2);
  FileDescriptor first_file_ =
      shm::create_memory_file("first", shm::kJournalFirstBytes, shm::Sealed::no);
  FileDescriptor second_file_ =
      shm::create_memory_file("second", shm::kJournalFirstBytes, shm::Sealed::no);
  FileDescriptor spill_file_ = shm::create_memory_file("spill", 0, shm::Sealed::no);
  FileDescriptor shelf_file_ = shm::create_memory_file("shelf", 0, shm::Sealed::no);
  FileDescriptor doorbell_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  shm::Segment segment_{file_.get()};
  trace::NoEvents events_;
  supervisor::InputQueue inputs_{segment_.request_ring(), events_};
  shm::RingConsumer outputs_{segment_.reply_ring(), 0};
  SyncPolicy policy_;
  CountingDisk disk_;
  std::string line_;
  std::vector<std::string> answers_;
  std::uint64_t incarnation_ = 1;
  int recovered_ = 0;
  bool owed_ = false;
};

TEST_F(DutyCycleTest, InputsAreNumberedAndSeenAsTheyRun) {
  for (const char* type : {"do", "do", "do", "stop"}) push(type);
  const auto places = positions();
  std::vector<std::uint64_t> numbers;
  std::vector<std::uint64_t> running;
  live([&](core::Context& context, const protocol::Message&) {
    numbers.push_back(context.input_number());
    running.push_back(segment_.header().running_position.load(kRelaxed));
  });
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(running, (std::vector<std::uint64_t>{places[1], places[2], places[3]}));
  EXPECT_EQ(segment_.header().running_position.load(kRelaxed), shm::kNoPosition) << "none runs";
  EXPECT_EQ(slot().inputs, 5U);
  EXPECT_TRUE(inputs_.drained());
}

TEST_F(DutyCycleTest, ABatchWhoseAnswersExceedTheRingIsCommittedInBetween) {
  constexpr std::size_t kAnswers = 20;
  for (std::size_t i = 0; i < kAnswers; ++i) push("do");
  live_and_read(replying(shm::kRingBytes / 10), kAnswers + 1);
  EXPECT_EQ(answers_.size(), kAnswers + 1);
}

TEST_F(DutyCycleTest, AnAnswerThatIsSpilledEndsItsBatch) {
  for (const char* type : {"do", "do", "do"}) push(type);
  std::size_t bytes = 2 * shm::kRingBytes;
  live_and_read(
      [&](core::Context& context, const protocol::Message& message) {
        replying(std::exchange(bytes, bytes / 20))(context, message);
      },
      4);
  ASSERT_EQ(answers_.size(), 4U);
  EXPECT_GT(answers_[1].size(), 2 * shm::kRingBytes);
  EXPECT_LT(answers_[2].size(), shm::kRingBytes);
}

// However many wait: what is answered is to be seen.
TEST_F(DutyCycleTest, ABatchHasABound) {
  constexpr std::uint64_t kInputs = 300;
  for (std::uint64_t i = 0; i < kInputs; ++i) push("do");
  push("stop");
  live([](core::Context&, const protocol::Message&) {});
  EXPECT_GE(shm::committed_steps(segment_.commit()), kInputs / 64);
}

// A worker that dies of the second poison in a batch must not take the skipping of the first along.
TEST_F(DutyCycleTest, ASkippedInputIsCommittedAtOnce) {
  for (const char* type : {"do", "do", "stop"}) push(type);
  const auto places = positions();
  segment_.header().poison_position.store(places[1], kRelaxed);
  const Deed die = [](core::Context&, const protocol::Message&) {
    throw std::runtime_error("poison");
  };
  EXPECT_THROW(live(die), std::runtime_error);
  read_answers();
  ASSERT_EQ(answers_.size(), 2U) << "init and the first";
  EXPECT_NE(answers_[1].find(R"("code":13)"), std::string::npos) << answers_[1];
  EXPECT_EQ(slot().request_head, places[2]);
  // The next worker runs the input behind them as any other.
  segment_.header().poison_position.store(places[2], kRelaxed);
  push("do");
  push("stop");
  live(reply);
  read_answers();
  ASSERT_EQ(answers_.size(), 4U);
  EXPECT_NE(answers_[2].find(R"("code":13)"), std::string::npos) << answers_[2];
  EXPECT_NE(answers_[3].find("do_ok"), std::string::npos) << answers_[3];
}

TEST_F(DutyCycleTest, AnInputWithoutRoomIsMarkedAndThoseBeforeItAreDone) {
  for (const char* type : {"do", "do", "stop"}) push(type);
  const auto places = positions();
  int done = 0;
  const auto second_finds_no_room = [&](core::Context& context, const protocol::Message& message) {
    if (++done == 2) throw std::bad_alloc();
    reply(context, message);
  };
  EXPECT_THROW(live(second_finds_no_room), std::bad_alloc);
  read_answers();
  EXPECT_EQ(answers_.size(), 2U);
  EXPECT_EQ(slot().request_head, places[2]);
  EXPECT_EQ(segment_.header().no_room_position.load(kRelaxed), places[2]);
  // There is nothing to compact: the next worker turns it away.
  live(reply);
  read_answers();
  ASSERT_EQ(answers_.size(), 3U);
  EXPECT_NE(answers_[2].find(R"("code":11)"), std::string::npos) << answers_[2];
}

TEST_F(DutyCycleTest, AnInputWithoutRoomIsRunOnceMoreWhenCompactionMakesSome) {
  for (int i = 0; i < 10; ++i) push("do");
  push("stop");
  live([](core::Context&, const protocol::Message&) {});
  const std::uint64_t before = slot().journal_end;
  segment_.header().stop.store(0, kRelaxed);
  segment_.header().no_room_position.store(slot().request_head, kRelaxed);
  push("do");
  push("stop");
  live(reply);
  read_answers();
  EXPECT_NE(answers_.back().find("do_ok"), std::string::npos) << answers_.back();
  EXPECT_LT(slot().journal_end, before);
}

// Else it could not even answer what changes nothing.
TEST_F(DutyCycleTest, AFullNodeHasRoomForANewIncarnation) {
  const test::FileSizeLimit limit(shm::kJournalFirstBytes);
  push("stop");
  live(reply);
  constexpr std::uint64_t kForEnds = 4096;
  const std::uint64_t left = shm::kJournalFirstBytes - kForEnds - slot().journal_end -
                             record_bytes(kChangeBytes) - kRecordHeaderBytes;
  const auto go_on = [&](const Deed& deed) {
    segment_.header().stop.store(0, kRelaxed);
    push("stop");
    live(deed);
  };
  push("do");
  go_on([left](core::Context& context, const protocol::Message&) {
    context.change(1, std::string(left, 'c'));
  });
  EXPECT_EQ(slot().journal_end, shm::kJournalFirstBytes - kForEnds) << "to the last bit";
  ++incarnation_;
  go_on(reply);
  EXPECT_GT(slot().journal_end, shm::kJournalFirstBytes - kForEnds);
}

TEST_F(DutyCycleTest, WhatAPredecessorCommittedIsShownAndOnDiskBeforeAnythingElse) {
  for (const char* type : {"do", "do", "stop"}) push(type);
  live(reply);
  // It died between the commit and showing it.
  for (const shm::RingView& ring : {segment_.request_ring(), segment_.reply_ring()}) {
    ring.control->head.store(0, kRelaxed);
  }
  segment_.reply_ring().control->tail.store(0, kRelaxed);
  policy_ = {SyncPolicy::Kind::commit, 0};
  const int brought = disk_.files;
  live(reply);  // it is still asked to end
  read_answers();
  EXPECT_EQ(answers_.size(), 3U);
  EXPECT_TRUE(inputs_.drained());
  EXPECT_EQ(recovered_, 4) << "incarnation, init and two changes, each a sign of life";
  EXPECT_GT(disk_.files, brought);
}

TEST_F(DutyCycleTest, WhatTheDiskIsOwedIsPaidWhenTheNodeEnds) {
  policy_ = {SyncPolicy::Kind::interval, 3'600'000};
  push("do");
  push("stop");
  live(reply);
  EXPECT_FALSE(owed_);
}

TEST_F(DutyCycleTest, WhatTheDiskIsOwedIsPaidInTimeAlsoWhenNothingComes) {
  policy_ = {SyncPolicy::Kind::interval, 1};
  push("do");
  std::atomic<int> paid{0};
  disk_.on_pages = [&] {
    if (slot().inputs == 2) ++paid;
  };
  const std::jthread watch([&] {
    const auto give_up = std::chrono::steady_clock::now() + test::kPatience;
    while (paid == 0 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    segment_.header().stop.store(1, kRelaxed);
    shm::wake(segment_.worker_park());
  });
  live(reply);
  EXPECT_GT(paid, 0);
}

}  // namespace
}  // namespace hearsay::worker
