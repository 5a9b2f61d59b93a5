// What a node has written beside its messages, as far as somebody who looks for a cause wants it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hearsay::bench {

struct NodeTalk {
  std::string unfinished;  // on stdout, without a line end: its beginning, printable
  std::size_t unfinished_bytes = 0;
  std::int64_t log_lines = 0;               // on stderr, of all its processes
  std::vector<std::string> last_log_lines;  // the oldest first, printable
  std::string log_file;                     // "": there is none

  bool has_closed_stdout = false;
  bool is_busy = false;           // it runs at the end, and waits for nothing
  bool is_stopped = false;        // something other than the bench holds it at the end
  std::size_t untaken_bytes = 0;  // of its stdin, at the end

  // Whether the last lines on stderr speak of an error, in the words of the usual languages.
  bool complains() const;
  // Whether messages that answer something stand there.
  bool answers_on_stderr() const;
  // More than anybody writes for people.
  bool floods() const;
  // Why it reads nothing, in words that follow its name; "": nothing speaks for that.
  std::string words_on_standstill() const;
  // Of the last lines on stderr the last one that names an error, else the last one that is not
  // blank; "": there is none.
  std::string telling_line() const;
};

}  // namespace hearsay::bench
