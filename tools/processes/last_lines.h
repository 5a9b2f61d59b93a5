// The last lines that a node wrote to stderr, in memory: they are shown when it dies, whatever
// became of its log file. Bounded in number and length. Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::bench {

class LastLines {
 public:
  static constexpr std::size_t kMost = 10;

  void take(std::string_view line);
  // As shorten_line() shows them, the oldest first.
  std::vector<std::string> shown() const;

 private:
  struct Line {
    std::string beginning;
    std::size_t bytes;
  };

  std::deque<Line> lines_;
};

}  // namespace hearsay::bench
