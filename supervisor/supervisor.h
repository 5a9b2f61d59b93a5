// The I/O front of a node: one event loop, no threads.
//
// It owns stdin, stdout, time, signals and the worker's life, and holds no state of the
// application. Each turn of the loop: take signals, let the warden look after the worker, fire
// timers, read lines and hand them to the worker, write the worker's lines, then wait.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include "common/protocol/error_code.h"
#include "common/protocol/line_parser.h"
#include "common/shm/segment.h"
#include "common/trace/trace_writer.h"
#include "supervisor/input_queue.h"
#include "supervisor/line_reader.h"
#include "supervisor/line_writer.h"
#include "supervisor/node_files.h"
#include "supervisor/options.h"
#include "supervisor/signals.h"
#include "supervisor/timers.h"
#include "supervisor/worker_warden.h"

namespace hearsay::supervisor {

class Supervisor {
 public:
  // `first`: a line that was taken from `reader` already. Throws std::system_error, CorruptSegment.
  Supervisor(const Options& options, const std::string& worker_path, NodeFiles files,
             LineReader& reader, std::optional<Line> first, Signals& signals,
             trace::TraceWriter& trace);

  // Returns when the input has ended and everything is answered, or stdout's reader has gone.
  // Throws NodeFailure, CorruptSegment, std::system_error.
  void run();

 private:
  void take_signals();
  void read_input(bool readable);
  void handle_lines();
  void handle_line(const Line& line);
  void take_line(const Line& line);
  void reject_for_memory(const Line& line);
  void reject(const protocol::BadLine& bad, std::uint64_t bytes, protocol::ErrorCode code);
  void fire_timers();
  void exchange_with_worker();
  bool answered_everything();
  bool worker_busy();
  bool may_read() const { return !reader_.ended() && !inputs_.blocked() && !lines_left_; }
  // Sleeps until something happens; true when there is input to read.
  bool wait();
  std::optional<timespec> time_out(std::int64_t now_ns);
  bool has_work();

  const Options& options_;
  Signals& signals_;
  trace::TraceWriter& trace_;
  NodeFiles files_;
  shm::Segment segment_;
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
  std::optional<std::int64_t> end_by_ns_;  // after SIGTERM
  bool lines_left_ = false;                // the reader may hold whole lines
  bool stopped_ = false;
};

}  // namespace hearsay::supervisor
