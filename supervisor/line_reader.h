// Reads lines from a descriptor, in large chunks, with a bound on their length.
//
// Each line carries the time at which its first byte was read: how old a request may be is counted
// from there. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearsay::supervisor {

struct Line {
  std::string_view text;  // without line feed; good until the next fill()
  std::int64_t taken_ns;
  // The line was longer than the bound, or than there was memory for: text is only its beginning,
  // the rest is thrown away.
  bool cut;
  bool no_memory = false;
  std::uint64_t bytes = 0;  // of the whole line
};

class LineReader {
 public:
  // Borrows the descriptor. It may block: fill() only when poll() says that it won't.
  LineReader(int fd, std::uint64_t max_line_bytes);

  // One read(2). A line for which there is no memory is cut. Throws std::system_error.
  void fill(std::int64_t now_ns);
  // The next line, if a whole one is there, or what is left when the input has ended.
  std::optional<Line> next();
  bool ended() const { return ended_; }
  // Reads no more; lines already read are still given out.
  void end() { ended_ = true; }

  // Everything not given out yet, and everything that waits in the descriptor right now, is taken
  // as read at `ns`: this process was stopped, and it may have waited since then.
  void backdate(std::int64_t ns);

 private:
  void drop_given_out();
  void make_room();
  // The next `length` bytes, of which `kept` are shown; `skip` more end it.
  Line take_line(std::uint64_t length, std::uint64_t kept, std::uint64_t skip);

  int fd_;
  std::uint64_t max_line_bytes_;
  std::string buffer_;
  std::uint64_t begin_ = 0;              // of the next line in buffer_
  std::uint64_t scanned_ = 0;            // no line feed before this
  std::uint64_t thrown_away_bytes_ = 0;  // of the line that is cut
  std::int64_t line_taken_ns_ = 0;       // when the first byte of the next line was read
  std::int64_t fill_ns_ = 0;
  std::uint64_t backdated_bytes_ = 0;  // still to be read, but counted as read at backdated_ns_
  std::int64_t backdated_ns_ = 0;
  bool cutting_ = false;    // inside a line that is too long
  bool no_memory_ = false;  // that is why
  bool ended_ = false;
};

}  // namespace hearsay::supervisor
