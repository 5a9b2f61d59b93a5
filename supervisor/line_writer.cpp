#include "supervisor/line_writer.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include "common/base/poll_within_limits.h"

namespace hearsay::supervisor {
namespace {

constexpr std::size_t kPiecesAWrite = 256;
constexpr std::size_t kWriteBytes = 64 * 1024;  // what a pipe takes
// What poll(2) promises for a pipe that is ready: so much is taken without blocking.
constexpr std::size_t kSureBytes = PIPE_BUF;

}  // namespace

LineWriter::LineWriter(shm::RingView replies, shm::Shelf shelf, int output_fd,
                       std::int64_t deadline_ns, Timers& timers, trace::EventSink& events,
                       Recorder* recorder)
    : replies_(replies, 0),
      shelf_(shelf),
      reopened_(reopen_nonblocking(output_fd)),
      output_(reopened_.valid() ? reopened_.get() : output_fd),
      deadline_ns_(deadline_ns),
      timers_(timers),
      events_(events),
      recorder_(recorder) {}

bool LineWriter::pump(std::int64_t now_ns) {
  const std::uint64_t before = released_;
  blocked_ = false;
  // What the worker puts out meanwhile is for the next turn, when there is more of it: one write of
  // much, and one of a recording, instead of many.
  bool full = false;
  do {
    collect();
    full = pending_.size() >= kPiecesAWrite;
    drop_expired(now_ns);
  } while (write_some(now_ns) && (full || !pending_.empty()));
  return released_ != before;
}

void LineWriter::collect_own() {
  while (!line_open_ && !own_.empty()) {
    Piece& piece = pending_.emplace_back();
    piece.own = std::move(own_.front().text);
    piece.taken_ns = own_.front().taken_ns;
    own_.pop_front();
    piece.text = piece.own;
    piece.flags = protocol::kFirstPart | protocol::kLastPart | protocol::kToClient;
    piece.release_to = replies_.head();
  }
}

void LineWriter::collect_record(const Record& record) {
  if (recorder_ != nullptr) recorder_->output(replies_.head(), record);
  std::string_view payload = record.payload;
  switch (static_cast<protocol::OutputKind>(record.kind)) {
    case protocol::OutputKind::line:
    case protocol::OutputKind::shared: {
      const auto header = take<protocol::LineHeader>(payload);
      line_open_ = (record.flags & protocol::kLastPart) == 0;
      const bool is_shared =
          record.kind == static_cast<std::uint16_t>(protocol::OutputKind::shared);
      std::optional<protocol::SharedPart> shared;
      if (is_shared) shared.emplace(payload);
      pending_.push_back({payload,
                          shared,
                          {},
                          record.payload,
                          header.taken_ns,
                          header.position,
                          record.flags,
                          replies_.head()});
      return;
    }
    case protocol::OutputKind::wake:
      timers_.arm(take<protocol::WakeRequest>(payload));
      if (pending_.empty()) {
        replies_.release();
        released_ = replies_.head();
      } else {
        pending_.back().release_to = replies_.head();
      }
      return;
  }
  throw CorruptSegment("the reply ring holds a record of the kind " + std::to_string(record.kind));
}

void LineWriter::collect() {
  collect_own();
  while (pending_.size() < kPiecesAWrite) {
    const auto record = replies_.next();
    if (!record) return;
    collect_record(*record);
    collect_own();
  }
}

bool LineWriter::expired(const Piece& piece, std::int64_t now_ns) const {
  constexpr int kDroppable = protocol::kFirstPart | protocol::kToClient;
  // Before another boot, which set the clock back: then nobody knows how long ago.
  const bool of_another_clock = piece.taken_ns - now_ns > deadline_ns_;
  return (piece.flags & kDroppable) == kDroppable &&
         (now_ns - piece.taken_ns > deadline_ns_ || of_another_clock);
}

// Only a line of which nothing is written yet can still be dropped.
void LineWriter::drop_expired(std::int64_t now_ns) {
  while (!pending_.empty()) {
    const Piece& front = pending_.front();
    if (!dropping_ && !line_begun_ && expired(front, now_ns)) {
      dropping_ = true;
    }
    if (!dropping_) return;
    account(front.bytes(), now_ns);
  }
}

// The line of this piece is written, or dropped, as a whole.
void LineWriter::end_line(const Piece& last, std::int64_t now_ns) {
  const auto event = dropping_ ? trace::Event::reply_dropped : trace::Event::line_written;
  events_.emit(event, {{trace::FieldName::position, last.position},
                       {trace::FieldName::bytes, line_bytes_},
                       {trace::FieldName::duration_ns, now_ns - last.taken_ns}});
  line_bytes_ = 0;
  dropping_ = false;
}

// Frees pieces that are done with.
void LineWriter::account(std::uint64_t written, std::int64_t now_ns) {
  written_ += written;
  while (!pending_.empty() && written_ >= pending_.front().bytes()) {
    const Piece& done = pending_.front();
    written_ -= done.bytes();
    line_begun_ = !dropping_ && (done.flags & protocol::kLastPart) == 0;
    line_bytes_ += done.bytes();
    if ((done.flags & protocol::kLastPart) != 0) end_line(done, now_ns);
    replies_.release_until(done.release_to);
    released_ = done.release_to;
    pending_.pop_front();
  }
  if (written_ > 0) line_begun_ = true;
}

bool LineWriter::takes_some() const {
  std::array<pollfd, 1> output{{{output_, POLLOUT, 0}}};
  constexpr timespec kAtOnce{};
  return poll_within_limits(output, &kAtOnce) > 0;
}

// Copied first and checked then: damage in between can't reach the outside.
std::string_view LineWriter::next_chunk(std::size_t bytes, std::int64_t now_ns) {
  chunk_.clear();
  std::uint64_t skip = written_;
  for (const Piece& piece : pending_) {
    if (!chunk_.empty() && (chunk_.size() >= bytes || expired(piece, now_ns))) break;
    if (piece.shared) {
      replies_.check(piece.record);
      if (!append_shared(*piece.shared, std::exchange(skip, 0))) break;
      continue;
    }
    chunk_.append(piece.text.substr(std::exchange(skip, 0)));
    if (piece.position) replies_.check(piece.record);
  }
  return chunk_;
}

// What is left of one block; false when that is not the last one. A block is read once, and as a
// whole, for only so it can be checked, even if stdout takes it bit by bit.
bool LineWriter::append_shared(const protocol::SharedPart& part, std::uint64_t skip) {
  const std::uint64_t block = skip / protocol::kSharedBlockBytes;
  const ShelfPlace place{part.offset(block), part.check(block)};
  if (block_place_ != place) {
    block_place_.reset();
    block_.clear();
    shelf_.read(place.offset, protocol::kSharedBlockBytes, place.check, block_);
    block_place_ = place;
  }
  chunk_.append(block_, skip % protocol::kSharedBlockBytes);
  return block + 1 == part.blocks();
}

bool LineWriter::write_some(std::int64_t now_ns) {
  if (pending_.empty() || closed_) return false;
  const bool may_block = !reopened_.valid();
  if (may_block && !takes_some()) {
    blocked_ = true;
    return false;
  }
  if (recorder_ != nullptr) recorder_->flush();
  std::string_view chunk = next_chunk(may_block ? kSureBytes : kWriteBytes, now_ns);
  if (may_block) chunk = chunk.substr(0, kSureBytes);
  const ssize_t written = ::write(output_, chunk.data(), chunk.size());
  if (written >= 0) {
    account(static_cast<std::uint64_t>(written), now_ns);
    return true;
  }
  if (errno == EINTR) return true;
  if (errno == EAGAIN) {
    blocked_ = true;
  } else if (errno == EPIPE) {
    closed_ = true;
  } else {
    throw_errno("writing the output");
  }
  return false;
}

}  // namespace hearsay::supervisor
