// Writes events as JSON lines with spdlog, to stderr or to a file.
//
// It never waits and never fails: an event that can't be written at once (nobody reads the pipe,
// the disk is full) is dropped and counted, and the count is the first that is written when writing
// is possible again. The count of a process that dies meanwhile is lost with it.
//
// One event, one line. Lines of the level info and above are written at once, and with them what
// waits; those below wait for flush(), so that a write(2) serves several: it costs more than all
// else. A write is never longer than PIPE_BUF: the lines of several processes on one pipe or file
// never mix. A SIGKILL loses what waits and nothing else. Long texts are cut. Single-threaded;
// several processes may append to the same file.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/trace/event.h"

namespace spdlog {
class logger;
}

namespace hearsay::trace {

class TraceSink;

class TraceWriter final : public EventSink {
 public:
  // Borrows the descriptor.
  TraceWriter(Level level, int fd, std::string_view role);
  ~TraceWriter() override;

  void set_node(std::string_view node) override;
  void set_generation(std::uint64_t generation);
  // The input whose step runs: all events have its position from now on. Nothing: no step runs.
  void set_position(std::optional<std::uint64_t> position) { position_ = position; }
  // Writes what waits.
  void flush();

 private:
  // Of texts, in bytes.
  struct Limits {
    std::size_t text;
    std::size_t list;
  };
  static constexpr Limits kUsual{300, 1500};
  // With these the longest event (five texts of characters that take six bytes each when escaped)
  // still fits a line.
  static constexpr Limits kTight{100, 300};

  void write(Event event, std::initializer_list<EventField> fields) override;
  bool told_of_dropped();
  void put(Event event, std::initializer_list<EventField> fields);
  void make_line(std::int64_t ts, std::string_view head, std::initializer_list<EventField> fields,
                 const Limits& limits);
  std::string head_of(Event event, const Limits& limits) const;
  const std::string& usual_head_of(Event event);
  void forget_heads();
  void append_field(const EventField& field, const Limits& limits);

  std::shared_ptr<TraceSink> sink_;
  std::shared_ptr<spdlog::logger> logger_;
  std::string role_;
  std::string node_;
  std::uint64_t generation_ = 0;
  std::optional<std::uint64_t> position_;
  // What stands in a line between its time and its fields; empty when it is to be made.
  std::array<std::string, static_cast<std::size_t>(Event::last_) + 1> heads_;
  std::string line_;           // keeps its memory
  std::uint64_t dropped_ = 0;  // and not reported yet
};

}  // namespace hearsay::trace
