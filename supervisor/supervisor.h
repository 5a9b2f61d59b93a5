// The I/O front of a node: one event loop, no threads.
//
// It owns stdin, stdout, time, signals and the worker's life, and holds no state of the
// application. Each turn of the loop: take signals, let the warden look after the worker, fire
// timers, read lines and hand them to the worker, write the worker's lines, then wait.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "common/base/process_title.h"
#include "common/base/units.h"
#include "common/protocol/error_code.h"
#include "common/protocol/line_parser.h"
#include "common/shm/segment.h"
#include "common/trace/trace_writer.h"
#include "supervisor/input_queue.h"
#include "supervisor/line_reader.h"
#include "supervisor/line_writer.h"
#include "supervisor/node_files.h"
#include "supervisor/options.h"
#include "supervisor/recorder.h"
#include "supervisor/signals.h"
#include "supervisor/timers.h"
#include "supervisor/worker_warden.h"

namespace hearsay::supervisor {

class Supervisor {
 public:
  // `first`: a line that was taken from `reader` already. Throws std::system_error, CorruptSegment.
  // `trace_fd`: for the worker's events, too; -1: stderr. `recorder`: none when the node is not
  // recorded.
  Supervisor(const Options& options, const std::string& worker_path, NodeFiles files, int trace_fd,
             LineReader& reader, std::optional<Line> first, Signals& signals,
             trace::TraceWriter& trace, ProcessTitle& title, std::unique_ptr<Recorder> recorder);

  // Returns why the node ends, in words: the input has ended and everything is answered, a signal
  // asked for it, or stdout's reader has gone. Throws NodeFailure, CorruptSegment,
  // std::system_error.
  std::string run();

 private:
  std::string why_it_ends() const;
  void end_recording();
  void look_after_state();
  void take_signals();
  void read_input(bool readable);
  void handle_lines();
  void handle_line(const Line& line);
  bool is_for_another(const protocol::Message& message) const;
  bool turned_away(const protocol::Message& message, std::int64_t taken_ns);
  void end_if_nothing_can_be_answered() const;
  std::int64_t deadline_ns() const { return options_.reply_deadline_ms * kNsPerMs; }
  void take_line(const Line& line);
  void reject_for_length(const Line& line,
                         std::variant<protocol::ParsedLine, protocol::BadLine> parsed);
  void reject_for_memory(const Line& line);
  void reject(const protocol::BadLine& bad, const Line& line, protocol::ErrorCode code);
  struct Asked {
    std::string_view src;
    std::string_view dest;
    std::int64_t msg_id;
    std::int64_t taken_ns;
  };
  void answer_error(const Asked& asked, protocol::ErrorCode code, std::string_view text);
  bool accepts_lines() const { return !inputs_.blocked() && !writer_.crowded(); }
  void fire_timers();
  void exchange_with_worker();
  bool answered_everything();
  bool worker_busy();
  bool may_read() const { return !reader_.ended() && accepts_lines() && !lines_left_; }
  // Sleeps until something happens; true when there is input to read.
  bool wait();
  std::int64_t longest_sleep_ns(std::int64_t now_ns);
  bool has_work();

  const Options& options_;
  Signals& signals_;
  trace::TraceWriter& trace_;
  ProcessTitle& title_;
  NodeFiles files_;
  shm::Segment segment_;
  std::unique_ptr<Recorder> recorder_;
  Timers timers_;
  LineReader& reader_;
  std::optional<Line> first_;
  protocol::LineParser parser_;
  InputQueue inputs_;
  LineWriter writer_;
  WorkerWarden warden_;
  std::string node_;  // our name, as soon as a message names it
  std::int64_t now_ns_;
  std::int64_t alive_ns_;                  // when the loop last was known to run
  std::int64_t wake_by_ns_;                // when its sleep was to end at the latest
  bool held_up_ = false;                   // it was, since alive_ns_
  std::optional<std::int64_t> end_by_ns_;  // after a signal
  std::int64_t next_look_ns_ = 0;          // at the files of the state
  int end_signal_ = 0;
  bool lines_left_ = false;  // the reader may hold whole lines
  bool stopped_ = false;
};

}  // namespace hearsay::supervisor
