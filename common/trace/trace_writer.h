// Writes events as JSON lines with spdlog, to stderr or to a file.
//
// It never waits and never fails: an event that can't be written at once (nobody reads the pipe,
// the disk is full) is dropped and counted, and the count is the first that is written when writing
// is possible again. The count of a process that dies meanwhile is lost with it.
//
// One event, one line, one write(2), flushed at once and shorter than 4096 bytes: a SIGKILL loses
// nothing that was written, and the lines of several processes on one pipe or file never mix.
// Long texts are cut. Single-threaded; several processes may append to the same file.
#pragma once

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

 private:
  // Of texts, in bytes.
  struct Limits {
    std::size_t text;
    std::size_t list;
  };

  void write(Event event, std::initializer_list<EventField> fields) override;
  // False when it was dropped.
  bool put(Event event, std::initializer_list<EventField> fields);
  void make_line(Event event, std::initializer_list<EventField> fields, const Limits& limits);
  void append_head(const Limits& limits);
  void append_field(const EventField& field, const Limits& limits);

  std::shared_ptr<TraceSink> sink_;
  std::shared_ptr<spdlog::logger> logger_;
  std::string role_;
  std::string node_;
  std::uint64_t generation_ = 0;
  std::optional<std::uint64_t> position_;
  std::string head_;  // what all lines have between time and level; empty when it is to be made
  std::string line_;  // keeps its memory
  std::uint64_t dropped_ = 0;  // and not reported yet
};

}  // namespace hearsay::trace
