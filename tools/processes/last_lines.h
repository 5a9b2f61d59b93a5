// The last lines that a node wrote to stderr, in memory: they are shown when it dies, whatever
// became of its log file. Bounded in number and length. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::bench {

class LastLines {
 public:
  // Some languages write the frames of a stack behind what went wrong.
  static constexpr std::size_t kMost = 20;

  // Tabs become blanks.
  void take(std::string_view line);
  // Of all that were taken.
  std::int64_t count() const { return count_; }
  // As shorten_line() shows them, the oldest first.
  std::vector<std::string> shown() const;

 private:
  struct Line {
    std::string beginning;
    std::size_t bytes;
  };

  std::deque<Line> lines_;
  std::int64_t count_ = 0;
};

}  // namespace hearsay::bench
