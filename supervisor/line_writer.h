// Takes what the worker puts out: lines go to stdout, wake-ups to the timers.
//
// Lines go from the reply ring to write(2), whole and in order; a record is freed when all of it is
// written, and is checked once more before: it may have been damaged as it waited. A line to a
// client whose request is older than the deadline is dropped: by then the client has gone, and
// Maelstrom would never read this node again. The supervisor's own lines (answers to input that is
// no message) go between the worker's.
//
// stdout never blocks: a pipe or terminal is opened a second time, non-blocking; where that can't
// be, little is written at a time, and only when poll(2) says that it can be taken. Not
// thread-safe; the reply ring's only consumer.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"
#include "common/protocol/link.h"
#include "common/protocol/shared_part.h"
#include "common/shm/ring.h"
#include "common/shm/shelf.h"
#include "common/trace/event.h"
#include "supervisor/recorder.h"
#include "supervisor/timers.h"

namespace hearsay::supervisor {

class LineWriter {
 public:
  // `recorder`: none when the node is not recorded.
  LineWriter(shm::RingView replies, shm::Shelf shelf, int output_fd, std::int64_t deadline_ns,
             Timers& timers, trace::EventSink& events, Recorder* recorder = nullptr);

  // A line of the supervisor's own, line feed included: the answer to a request taken then.
  void write_own(std::string line, std::int64_t taken_ns) {
    own_.push_back({std::move(line), taken_ns});
  }
  // Enough of them wait; no more should come before some are written.
  bool crowded() const { return own_.size() + pending_.size() >= kMostWaiting; }

  // Writes what can be written now. True when room in the reply ring was freed. Throws
  // CorruptSegment, std::system_error.
  bool pump(std::int64_t now_ns);

  // stdout takes no more for now: poll for it.
  bool blocked() const { return blocked_; }
  // stdout's reader has gone.
  bool closed() const { return closed_; }
  // Nothing more to write, and nothing new from the worker.
  bool idle() { return pending_.empty() && own_.empty() && !replies_.has_next(); }
  void set_closed() { closed_ = true; }
  int output_fd() const { return output_; }

 private:
  // A piece of output that is not completely written yet, and what is free when it is.
  struct Piece {
    std::string_view text;
    std::optional<protocol::SharedPart> shared;  // what stands for the text: it is on the shelf
    std::string own;                             // backs `text` when it is not the ring's
    std::string_view record;                     // the payload in the ring that `text` is part of
    std::int64_t taken_ns;
    // In the request ring, of the input that caused it; nothing: the line is the supervisor's own.
    std::optional<std::uint64_t> position;
    std::uint16_t flags;
    std::uint64_t release_to;  // position in the reply ring

    std::uint64_t bytes() const { return shared ? shared->bytes() : text.size(); }
  };

  struct ShelfPlace {
    std::uint64_t offset;
    std::uint64_t check;
    bool operator==(const ShelfPlace&) const = default;
  };
  struct OwnLine {
    std::string text;
    std::int64_t taken_ns;
  };
  static constexpr std::size_t kMostWaiting = 1024;

  void collect();
  void collect_own();
  void collect_record(const Record& record);
  // Whether the line that starts with this piece comes too late for its client.
  bool expired(const Piece& piece, std::int64_t now_ns) const;
  void drop_expired(std::int64_t now_ns);
  // What to write next: about so much.
  std::string_view next_chunk(std::size_t bytes, std::int64_t now_ns);
  bool append_shared(const protocol::SharedPart& part, std::uint64_t skip);
  // Writes once; false when nothing more can be written now.
  bool write_some(std::int64_t now_ns);
  // Whether a write of kSureBytes would not block now.
  bool takes_some() const;
  void account(std::uint64_t written, std::int64_t now_ns);
  void end_line(const Piece& last, std::int64_t now_ns);

  shm::RingConsumer replies_;
  shm::Shelf shelf_;
  FileDescriptor reopened_;
  int output_;
  std::int64_t deadline_ns_;
  Timers& timers_;
  trace::EventSink& events_;
  Recorder* recorder_;
  std::deque<OwnLine> own_;
  std::deque<Piece> pending_;
  std::string chunk_;
  std::string block_;  // the last one read from the shelf, from this place
  std::optional<ShelfPlace> block_place_;
  std::uint64_t written_ = 0;  // of the first pending piece
  std::uint64_t released_ = 0;
  std::uint64_t line_bytes_ = 0;  // of the line at the front, done with
  bool line_open_ = false;        // the last piece collected is not the last of its line
  bool line_begun_ = false;       // a part of the line at the front is written
  bool dropping_ = false;         // the line at the front is being dropped
  bool blocked_ = false;
  bool closed_ = false;
};

}  // namespace hearsay::supervisor
