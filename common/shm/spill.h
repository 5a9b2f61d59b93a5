// The spill file: outputs that found no room in the reply ring, on their way.
//
// An anonymous file, never a file on a disk: what is under way does not outlive the node, and a
// full disk must not hold up an answer. Written and read with system calls, not mapped: a lack of
// room is an error of the call, and no address space is used. How much of it counts says the commit
// record (commit.h).
//
// Only the worker uses it. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/record.h"

namespace hearsay::shm {

class Spill {
 public:
  // Borrows the descriptor.
  explicit Spill(int fd) : fd_(fd) {}

  // Puts records there, in place of what was there, each with its check sum (checked_record.h).
  // Returns where they end. Throws NoRoom.
  std::uint64_t write(std::string_view records);
  // The record at `at`, which ends at or before `end`; the next one follows checked_bytes() of it
  // later. Throws CorruptSegment when there is none, std::system_error. It stands in `buffer`.
  Record read(std::uint64_t at, std::uint64_t end, std::string& buffer) const;
  // Gives the memory back to the system.
  void clear();

  std::uint64_t size_bytes() const;

 private:
  int fd_;
};

}  // namespace hearsay::shm
