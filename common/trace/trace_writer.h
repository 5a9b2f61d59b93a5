// Writes events as JSON lines with spdlog, to stderr or to a file.
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

class TraceWriter final : public EventSink {
 public:
  // `path` empty: stderr. Throws spdlog::spdlog_ex when the file can't be opened.
  TraceWriter(Level level, const std::string& path, std::string role);
  ~TraceWriter() override;

  // The node's name, as soon as it is known.
  void set_node(std::string_view node) { node_ = node; }
  void set_generation(std::uint64_t generation) { generation_ = generation; }

 private:
  void write(Event event, std::initializer_list<EventField> fields) override;
  std::string line_of(Event event, std::initializer_list<EventField> fields,
                      std::size_t longest_text) const;

  std::shared_ptr<spdlog::logger> logger_;
  std::string role_;
  std::string node_;
  std::uint64_t generation_ = 0;
};

}  // namespace hearsay::trace
