// A journal: append-only bytes in an anonymous file that grows.
//
// Only the worker maps it. How much of it counts says the commit record (commit.h), not the
// journal: what lies behind that end is a dead worker's unfinished work and is overwritten. Offsets
// are bytes from the start of the file.
//
// Not thread-safe. Views returned by read() die with the next write() or clear(), which may move
// the mapping.
#pragma once

#include <boost/interprocess/mapped_region.hpp>
#include <cstdint>
#include <string_view>

namespace hearsay::shm {

inline constexpr std::uint64_t kJournalFirstBytes = 64 * 1024;

class Journal {
 public:
  // Borrows the descriptor.
  explicit Journal(int fd);

  // Writes `bytes` at `offset`; the file grows (by doubling, then by 64 MiB) when they don't fit.
  void write(std::uint64_t offset, std::string_view bytes);
  // The bytes between two offsets. Throws CorruptSegment when they are not inside the file.
  std::string_view read(std::uint64_t begin, std::uint64_t end) const;
  // Gives the memory back to the system.
  void clear();

  std::uint64_t size_bytes() const { return region_.get_size(); }

 private:
  void resize(std::uint64_t size_bytes);

  int fd_;
  boost::interprocess::mapped_region region_;
};

}  // namespace hearsay::shm
