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

#include <memory>
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
  TraceWriter(Level level, int fd, std::string role);
  ~TraceWriter() override;

  // The node's name, as soon as it is known.
  void set_node(std::string_view node) { node_ = node; }
  void set_generation(std::uint64_t generation) { generation_ = generation; }

 private:
  void write(Event event, std::initializer_list<EventField> fields) override;
  std::string line_of(Event event, std::initializer_list<EventField> fields,
                      std::size_t longest_text) const;
  // False when it was dropped.
  bool put(Event event, std::initializer_list<EventField> fields);

  std::shared_ptr<TraceSink> sink_;
  std::shared_ptr<spdlog::logger> logger_;
  std::string role_;
  std::string node_;
  std::uint64_t generation_ = 0;
  std::uint64_t dropped_ = 0;  // and not reported yet
};

}  // namespace hearsay::trace
