#include "supervisor/line_writer.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <csignal>
#include <string>

#include "common/base/checksum.h"
#include "common/shm/mapping.h"
#include "common/shm/segment.h"
#include "tests/common/shm/owned_ring.h"
#include "tests/supervisor/pipe_of_test.h"
#include "tests/support/recorded_events.h"

namespace hearsay::supervisor {
namespace {

using protocol::kFirstPart;
using protocol::kLastPart;
using protocol::kToClient;

constexpr std::uint16_t kWhole = kFirstPart | kLastPart;
constexpr std::int64_t kDeadlineNs = 100;

class LineWriterTest : public testing::Test {
 protected:
  // The worker puts out a line, or a part of one.
  void line(const std::string& text, std::uint16_t flags, std::int64_t taken_ns = 0,
            std::uint64_t position = 0) {
    const auto kind = static_cast<std::uint16_t>(protocol::OutputKind::line);
    ASSERT_TRUE(worker_.append(
        kind, flags, std::string(bytes_of(protocol::LineHeader{taken_ns, position})) + text));
    worker_.publish();
  }
  void wake(std::int64_t at_ns, std::uint64_t token) {
    const auto kind = static_cast<std::uint16_t>(protocol::OutputKind::wake);
    ASSERT_TRUE(worker_.append(kind, 0, bytes_of(protocol::WakeRequest{at_ns, token})));
    worker_.publish();
  }
  // A text of so many blocks, no two of them the same.
  std::string put_on_shelf(int blocks) {
    std::string text;
    for (int block = 0; block < blocks; ++block) {
      text.append(protocol::kSharedBlockBytes, static_cast<char>('a' + block));
    }
    shelf_.write(0, text);
    return text;
  }
  void shared_line(std::string_view text) {
    line("[", kFirstPart | kToClient);
    std::string payload(bytes_of(protocol::LineHeader{0, 0}));
    payload.append(bytes_of(std::uint64_t{0}));
    for (; !text.empty(); text.remove_prefix(protocol::kSharedBlockBytes)) {
      payload.append(bytes_of(checksum(text.substr(0, protocol::kSharedBlockBytes))));
    }
    const auto kind = static_cast<std::uint16_t>(protocol::OutputKind::shared);
    ASSERT_TRUE(worker_.append(kind, kToClient, payload));
    line("]\n", kLastPart | kToClient);
  }
  bool everything_freed() {
    return ring_.control().head.load(shm::kRelaxed) == ring_.control().tail.load(shm::kRelaxed);
  }
  // Makes the pipe so full that nothing more can be written.
  std::size_t fill_pipe() {
    std::size_t filled = 0;
    for (const std::size_t step : {std::size_t{4096}, std::size_t{1}}) {
      const std::string bytes(step, '#');
      while (::write(pipe_.write_end(), bytes.data(), bytes.size()) > 0) filled += step;
    }
    return filled;
  }

  shm::OwnedRing ring_{shm::kRingBytes};
  shm::RingProducer worker_{ring_.view(), 0};
  FileDescriptor shelf_file_ = shm::create_memory_file("shelf", 0, shm::Sealed::no);
  shm::Shelf shelf_{shelf_file_.get()};
  PipeOfTest pipe_;
  Timers timers_;
  std::vector<nlohmann::json> told_;
  test::RecordedEvents events_{told_};
  LineWriter writer_{ring_.view(), shelf_, pipe_.write_end(), kDeadlineNs, timers_, events_};
};

TEST_F(LineWriterTest, LinesComeOutInOrderAndAreFreed) {
  EXPECT_TRUE(writer_.idle());
  line("one\n", kWhole);
  line("two\n", kWhole | kToClient);
  EXPECT_FALSE(writer_.idle());
  EXPECT_TRUE(writer_.pump(1));
  EXPECT_EQ(pipe_.read(), "one\ntwo\n");
  EXPECT_TRUE(writer_.idle());
  EXPECT_TRUE(everything_freed());
  EXPECT_FALSE(writer_.pump(2)) << "nothing was freed by that";
}

TEST_F(LineWriterTest, WakesArmTimersAndAreFreed) {
  wake(50, 7);
  EXPECT_TRUE(writer_.pump(1));
  EXPECT_EQ(timers_.take_due(50), 7U);
  EXPECT_TRUE(everything_freed());
  line("a line\n", kWhole);
  wake(60, 8);
  writer_.pump(2);
  EXPECT_EQ(timers_.take_due(60), 8U);
  EXPECT_TRUE(everything_freed());
}

TEST_F(LineWriterTest, ALateLineToAClientIsDroppedOthersAreNot) {
  line("late to a client\n", kWhole | kToClient, 0);
  line("late to a peer\n", kWhole, 0);
  line("fresh to a client\n", kWhole | kToClient, 150);
  writer_.pump(kDeadlineNs + 60);
  EXPECT_EQ(pipe_.read(), "late to a peer\nfresh to a client\n");
  EXPECT_TRUE(everything_freed());
  EXPECT_TRUE(writer_.idle());
}

// A life before the last boot has asked it: since then the clock began anew.
TEST_F(LineWriterTest, ALineToAClientOfAnotherClockIsDropped) {
  line("of another boot\n", kWhole | kToClient, 100 * kDeadlineNs);
  line("to a peer\n", kWhole, 100 * kDeadlineNs);
  line("a little ahead\n", kWhole | kToClient, kDeadlineNs);
  writer_.pump(1);
  EXPECT_EQ(pipe_.read(), "to a peer\na little ahead\n");
  EXPECT_TRUE(everything_freed());
}

TEST_F(LineWriterTest, EachLineIsToldOnceWithThePositionOfItsInput) {
  line("one ", kFirstPart | kToClient, 0, 24);
  line("and two\n", kLastPart | kToClient, 0, 24);
  line("late\n", kWhole | kToClient, 0, 48);
  writer_.pump(5);
  writer_.write_own("own\n", 7);
  line("late\n", kWhole | kToClient, 0, 72);
  writer_.pump(kDeadlineNs + 1);
  const auto written = [](int bytes, std::int64_t duration_ns) {
    return nlohmann::json{
        {"node", ""}, {"event", "line_written"}, {"bytes", bytes}, {"duration_ns", duration_ns}};
  };
  std::vector<nlohmann::json> wanted{written(12, 5), written(5, 5), written(4, kDeadlineNs - 6),
                                     written(5, kDeadlineNs + 1)};
  wanted[0]["position"] = 24;
  wanted[1]["position"] = 48;
  wanted[3]["position"] = 72;
  wanted[3]["event"] = "reply_dropped";
  EXPECT_EQ(told_, wanted) << "a line of the supervisor's own has no position";
}

// Until the moment of writing: nobody would notice afterwards.
TEST_F(LineWriterTest, WhatIsDamagedAsItWaitsForThePipeDoesNotGoOut) {
  fill_pipe();
  line("answer\n", kWhole);
  writer_.pump(1);
  ASSERT_TRUE(writer_.blocked());
  ring_.data()[kRecordHeaderBytes + sizeof(protocol::LineHeader)] ^= std::byte{4};
  pipe_.read();
  EXPECT_THROW(writer_.pump(2), CorruptSegment);
  EXPECT_EQ(pipe_.read(), "");
}

TEST_F(LineWriterTest, OneJustInTimeIsWritten) {
  line("just in time\n", kWhole | kToClient, 0);
  writer_.pump(kDeadlineNs);
  EXPECT_EQ(pipe_.read(), "just in time\n");
}

TEST_F(LineWriterTest, ALateLineOfSeveralPartsIsDroppedWhole) {
  line("fresh\n", kWhole, 0);
  line("late ", kFirstPart | kToClient, 0);
  line("middle ", kToClient, 0);
  writer_.pump(kDeadlineNs + 1);
  line("last\n", kLastPart | kToClient, 0);
  line("next\n", kWhole | kToClient, kDeadlineNs);
  writer_.pump(kDeadlineNs + 2);
  EXPECT_EQ(pipe_.read(), "fresh\nnext\n");
  EXPECT_TRUE(everything_freed());
}

TEST_F(LineWriterTest, ALineBegunInTimeIsFinishedHoweverLate) {
  line("begun ", kFirstPart | kToClient, 0);
  writer_.pump(1);
  line("and finished\n", kLastPart | kToClient, 0);
  writer_.pump(kDeadlineNs + 1);
  EXPECT_EQ(pipe_.read(), "begun and finished\n");
}

// A piece of it is in the pipe already: without the rest the next line would be garbage.
TEST_F(LineWriterTest, ALineOfWhichAPartIsWrittenIsFinished) {
  std::string text(60'000, 'x');
  text.back() = '\n';
  const std::size_t filled = fill_pipe();
  line(text, kWhole | kToClient, 0);
  writer_.pump(1);
  EXPECT_TRUE(writer_.blocked());
  std::string first(filled - 40'000, '\0');  // makes room for some of it
  ASSERT_EQ(::read(pipe_.read_end(), first.data(), first.size()),
            static_cast<ssize_t>(first.size()));
  writer_.pump(2);
  EXPECT_TRUE(writer_.blocked());
  std::string out = pipe_.read();
  EXPECT_FALSE(out.ends_with('\n'));
  writer_.pump(kDeadlineNs + 1);
  out += pipe_.read();
  EXPECT_EQ(out, std::string(40'000, '#') + text);
  EXPECT_TRUE(everything_freed());
}

TEST_F(LineWriterTest, WhatWaitsForThePipeGetsLate) {
  fill_pipe();
  line("waits\n", kWhole | kToClient, 0);
  writer_.pump(1);
  EXPECT_TRUE(writer_.blocked());
  pipe_.read();
  writer_.pump(kDeadlineNs + 1);
  EXPECT_EQ(pipe_.read(), "");
  EXPECT_FALSE(writer_.blocked());
  EXPECT_TRUE(everything_freed());
}

TEST_F(LineWriterTest, OwnLinesAreWritten) {
  writer_.write_own("own\n", 1);
  EXPECT_FALSE(writer_.idle());
  writer_.pump(1);
  EXPECT_EQ(pipe_.read(), "own\n");
  EXPECT_TRUE(writer_.idle());
}

TEST_F(LineWriterTest, LateOwnLinesAreDropped) {
  writer_.write_own("late\n", 0);
  writer_.write_own("fresh\n", 100);
  writer_.pump(kDeadlineNs + 50);
  EXPECT_EQ(pipe_.read(), "fresh\n");
  EXPECT_TRUE(writer_.idle());
}

TEST_F(LineWriterTest, ManyOwnLinesCrowdItUntilTheyAreWritten) {
  fill_pipe();
  std::size_t lines = 0;
  for (; !writer_.crowded(); ++lines) {
    ASSERT_LT(lines, 1'000'000U);
    writer_.write_own("own\n", 1);
    writer_.pump(1);
  }
  EXPECT_GT(lines, 1U);
  pipe_.read();
  writer_.pump(1);
  EXPECT_FALSE(writer_.crowded());
}

TEST_F(LineWriterTest, OwnLinesNeverStandInsideAnotherOne) {
  line("begun ", kFirstPart, 0);
  writer_.pump(1);
  writer_.write_own("own\n", 1);
  writer_.pump(2);
  line("going on ", 0, 0);
  writer_.pump(3);
  line("finished\n", kLastPart, 0);
  line("next\n", kWhole, 0);
  writer_.pump(4);
  const std::string out = pipe_.read();
  EXPECT_TRUE(out == "begun going on finished\nown\nnext\n" ||
              out == "begun going on finished\nnext\nown\n")
      << out;
}

TEST_F(LineWriterTest, ManyMoreLinesThanOneWriteTakes) {
  std::string expected;
  for (int i = 0; i < 1'000; ++i) {
    const std::string text = "line " + std::to_string(i) + '\n';
    line(text, kWhole);
    expected += text;
  }
  writer_.pump(1);
  EXPECT_EQ(pipe_.read(), expected);
  EXPECT_TRUE(everything_freed());
}

TEST_F(LineWriterTest, AReaderThatHasGoneIsNoticed) {
  std::signal(SIGPIPE, SIG_IGN);
  pipe_.close_read_end();
  line("nobody reads this\n", kWhole);
  writer_.pump(1);
  EXPECT_TRUE(writer_.closed());
}

// Two blocks of a text on the shelf, between "[" and "]".
TEST_F(LineWriterTest, ASharedTextIsReadFromTheShelf) {
  const std::string text = put_on_shelf(2);
  for (int answer = 0; answer < 3; ++answer) shared_line(text);
  std::string written;
  while (!writer_.idle()) {
    writer_.pump(1);
    written += pipe_.read();
  }
  EXPECT_EQ(written, "[" + text + "]\n[" + text + "]\n[" + text + "]\n");
  EXPECT_TRUE(everything_freed());
  ASSERT_EQ(told_.size(), 3U);
  EXPECT_EQ(told_[2]["bytes"], text.size() + 3);
}

// Its reader takes it byte by byte, or nearly: whatever was written last, the rest follows.
TEST_F(LineWriterTest, ASharedTextGoesOnWhereItStopped) {
  const std::string text = put_on_shelf(8);
  shared_line(text);
  std::string written;
  for (std::size_t take = 1; written.size() < text.size() + 3; take = take * 2 + 1) {
    writer_.pump(1);
    std::string some(take, ' ');
    const ssize_t got = ::read(pipe_.read_end(), some.data(), some.size());
    ASSERT_GT(got, 0);
    written += some.substr(0, static_cast<std::size_t>(got));
  }
  EXPECT_EQ(written, "[" + text + "]\n");
}

TEST_F(LineWriterTest, ALateSharedTextIsDroppedAsAWhole) {
  shared_line(put_on_shelf(2));
  line("fresh\n", kWhole, 150);
  writer_.pump(kDeadlineNs + 60);
  EXPECT_EQ(pipe_.read(), "fresh\n");
  EXPECT_TRUE(everything_freed());
}

TEST_F(LineWriterTest, ADamagedSharedTextIsNotWritten) {
  shared_line(put_on_shelf(2));
  shelf_.write(protocol::kSharedBlockBytes + 77, "!");
  EXPECT_THROW(writer_.pump(1), CorruptSegment);
  EXPECT_EQ(pipe_.read().find('!'), std::string::npos);
}

TEST_F(LineWriterTest, ASharedTextThatIsNotThereIsACorruptSegment) {
  shared_line(std::string(2 * protocol::kSharedBlockBytes, 'x'));
  EXPECT_THROW(writer_.pump(1), CorruptSegment);
}

TEST_F(LineWriterTest, ARecordOfAnUnknownKindIsACorruptSegment) {
  ASSERT_TRUE(worker_.append(77, 0, "x"));
  worker_.publish();
  EXPECT_THROW(writer_.pump(1), CorruptSegment);
}

TEST_F(LineWriterTest, ALineWithoutItsHeaderIsACorruptSegment) {
  const auto kind = static_cast<std::uint16_t>(protocol::OutputKind::line);
  ASSERT_TRUE(worker_.append(kind, kWhole, "x"));
  worker_.publish();
  EXPECT_THROW(writer_.pump(1), CorruptSegment);
}

// The pipe is opened anew for not blocking: who holds the original must not see that.
TEST(LineWriterOutput, TheOriginalsFlagsAreLeftAlone) {
  const PipeOfTest pipe;
  ASSERT_EQ(::fcntl(pipe.write_end(), F_SETFL, 0), 0);
  shm::OwnedRing ring(shm::kRingBytes);
  Timers timers;
  trace::NoEvents events;
  const shm::Shelf shelf(-1);
  const LineWriter writer(ring.view(), shelf, pipe.write_end(), kDeadlineNs, timers, events);
  EXPECT_EQ(::fcntl(pipe.write_end(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(writer.output_fd(), F_GETFL) & O_NONBLOCK, 0);
}

// A blocking descriptor that is no pipe (as is a pipe of another user's, which can't be opened
// anew).
TEST_F(LineWriterTest, AFullOutputThatCouldBlockDoesNot) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  const int few_bytes = 8192;  // a write of more than it takes would block, however empty it is
  ASSERT_EQ(::setsockopt(ours.get(), SOL_SOCKET, SO_SNDBUF, &few_bytes, sizeof few_bytes), 0);
  LineWriter writer(ring_.view(), shelf_, ours.get(), kDeadlineNs, timers_, events_);
  const std::string large(100'000, 'x');
  std::size_t given = 0;
  while (!writer.blocked()) {
    writer.write_own(large, 1);
    given += large.size();
    writer.pump(1);
    ASSERT_LT(given, 100'000'000U) << "nobody reads, and yet everything is taken";
  }
  std::string bytes(1 << 16, ' ');
  std::size_t taken = 0;
  while (taken < given) {
    const ssize_t got = ::recv(theirs.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got > 0) taken += static_cast<std::size_t>(got);
    writer.pump(1);
  }
  EXPECT_TRUE(writer.idle());
}

}  // namespace
}  // namespace hearsay::supervisor
