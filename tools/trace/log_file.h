// One node's log, read from its beginning in pieces: however large it is, memory stays small.
//
// Events come in the order of their time: two processes write the file, each several lines at a
// time, so lines are sorted within a window of a thousand. Lines that are not ours are counted and
// passed over. The last line counts when its line feed is there (it may be written right now, or
// have been cut off). A clock that was set back is noticed in the lines of one process; from there
// on the file's times are moved up so that they go on. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"
#include "tools/trace/line_parser.h"
#include "tools/trace/trace_event.h"

namespace hearsay::traces {

// The trace can't be read; in words for people.
class TraceProblem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What was found beside events.
struct FileNotes {
  std::int64_t bytes = 0;
  std::int64_t events = 0;
  std::int64_t foreign_lines = 0;
  std::int64_t unknown_events = 0;
  std::int64_t clock_steps = 0;
  std::int64_t largest_step_ns = 0;
  bool cut_off = false;  // the last line has no line feed
};

class LogFile {
 public:
  // Throws TraceProblem.
  explicit LogFile(const std::filesystem::path& path);

  // Goes to the next event. False at the end of what is there now; later there may be more.
  bool next();
  // The one that next() found. Its node and life are not known here.
  TraceEvent& event() { return event_; }

  const std::filesystem::path& path() const { return path_; }
  const FileNotes& notes() const { return notes_; }

 private:
  struct Line {
    std::int64_t time_ns;
    std::size_t begin;  // in the buffer
    std::size_t size;
  };

  // Reads on until the window is full of sorted lines or the file has no more.
  void fill_window();
  void drop_what_was_given_out();
  bool read_more();
  void take_line(std::size_t begin, std::size_t size);
  // Of a process that has not named its node yet: that which it names later, else the file's.
  std::string_view node_of(std::int64_t pid) const;
  std::int64_t earliest_ns(std::int64_t pid) const;
  std::int64_t moved(std::int64_t ts_ns) const;
  bool sets_clock(const LineStamp& stamp) const;
  std::int64_t keep_time(const LineStamp& stamp);
  std::string_view text_of(const Line& line) const {
    return {buffer_.data() + line.begin, line.size};
  }

  std::filesystem::path path_;
  std::string stem_;
  FileDescriptor fd_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;    // of the first line that is not in the window yet
  std::size_t scanned_ = 0;  // no line feed from begin_ up to this
  std::size_t end_ = 0;
  std::vector<Line> window_;
  std::size_t given_out_ = 0;  // of the window's lines
  bool at_end_ = false;
  bool passing_over_ = false;  // the rest of a line that is longer than any of ours
  LineParser parser_;
  TraceEvent event_;
  FileNotes notes_;
  struct Process {
    std::string node;  // that it named last; it may be further on in the window
    std::int64_t last_ns = 0;
    std::int64_t clock_steps = 0;
  };
  std::map<std::int64_t, Process> processes_;  // by pid
  std::int64_t latest_ns_ = 0;
  std::int64_t moved_ns_ = 0;
};

}  // namespace hearsay::traces
