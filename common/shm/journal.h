// A journal: append-only bytes in a file that grows.
//
// Room comes first: reserve() gets it, and a write that fits into what was reserved cannot fail.
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

#include "common/shm/commit.h"

namespace hearsay::shm {

inline constexpr std::uint64_t kJournalFirstBytes = 64 * 1024;

class Journal {
 public:
  // Borrows the descriptor. Throws NoRoom.
  explicit Journal(int fd);

  // Makes room up to `end`, and for some more if that can be had (the file doubles, then grows by
  // 4 MiB). Throws NoRoom; nothing has changed then.
  void reserve(std::uint64_t end);
  // Writes `bytes` at `offset`, after reserving that much. Throws NoRoom.
  void write(std::uint64_t offset, std::string_view bytes);
  // The bytes between two offsets. Throws CorruptSegment when they are not inside the file.
  std::string_view read(std::uint64_t begin, std::uint64_t end) const;
  // Forgets everything, and gives all but the first bytes back to the system. Throws NoRoom.
  void clear();

  std::uint64_t size_bytes() const { return region_.get_size(); }
  int fd() const { return fd_; }
  // Somebody has removed the file: what is written there is lost with the last process that has it
  // open. One that never had a name is not removed.
  bool is_removed() const;

 private:
  void grow(std::uint64_t size_bytes);

  int fd_;
  bool had_name_;
  boost::interprocess::mapped_region region_;
};

// Throws CorruptSegment when what the slot says of its journal is not there, as it was committed.
void check_journal(const CommitSlot& slot, const Journal& journal);

}  // namespace hearsay::shm
