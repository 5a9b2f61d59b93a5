// Lines to stderr or a trace file, without ever waiting for a reader and without dying of one.
//
// A line is written whole or not at all: what can't be written now is refused, with the reason.
// What a full disk cut off is taken back; where that can't be, the next line begins with a line
// feed. A line of up to PIPE_BUF bytes never mixes with those of other processes.
//
// A pipe or terminal is opened a second time, so that O_NONBLOCK changes nothing for others who
// hold it; where that is not allowed, ppoll(2) says whether to write. SIGPIPE, SIGXFSZ and SIGTTOU
// must be ignored. Not thread-safe; several processes may write to the same file.
#pragma once

#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"

namespace hearsay {

class LineOutput {
 public:
  // Borrows the descriptor.
  explicit LineOutput(int fd);

  // `line` ends with its line feed. False when it is dropped.
  bool write(std::string_view line);
  // Why the last line was dropped.
  const std::string& problem() const { return problem_; }

 private:
  bool ready();
  bool write_once(std::string_view text);
  bool take_back(std::size_t written) const;

  FileDescriptor reopened_;
  int fd_;
  bool regular_;
  bool half_line_ = false;  // the last line stands there in part
  std::string problem_;
};

// For the last words of a program: to stderr, as much as can be written without waiting.
void say_on_stderr(std::string_view text);

}  // namespace hearsay
