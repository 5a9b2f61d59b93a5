// The shelf: text that many answers share, so that a long one is not made and kept for each.
//
// An anonymous file. The worker writes blocks of a text that only grows, each once, and answers
// name them, with their check sums (common/protocol/link.h); the supervisor reads them when it
// writes such an answer. A block's place follows from the text alone: a worker that takes over
// writes the same bytes there again, and who reads meanwhile sees no difference. What an answer
// names was written before the answer was committed.
//
// One process writes, one reads. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearsay::shm {

class Shelf {
 public:
  // Borrows the descriptor.
  explicit Shelf(int fd) : fd_(fd) {}

  // Throws NoRoom.
  void write(std::uint64_t offset, std::string_view block) const;
  // Appends so many bytes to `out`. Throws CorruptSegment when they are not what the check sum
  // says, std::system_error.
  void read(std::uint64_t offset, std::uint64_t bytes, std::uint64_t check, std::string& out) const;

 private:
  int fd_;
};

}  // namespace hearsay::shm
