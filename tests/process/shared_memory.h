// The memory that a running node's two processes share, seen and changed from outside.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"
#include "common/shm/commit.h"

namespace hearsay::test {

// One of the anonymous files behind a supervisor's descriptors.
class SharedFile {
 public:
  explicit SharedFile(FileDescriptor file) : file_(std::move(file)) {}

  void write(std::uint64_t offset, std::string_view bytes) const;
  std::string read(std::uint64_t offset, std::uint64_t bytes) const;
  std::uint64_t word(std::uint64_t offset) const;
  void flip(std::uint64_t offset, unsigned bit) const;
  std::uint64_t size_bytes() const;

 private:
  FileDescriptor file_;
};

// Those with this name ("hearsay-segment", "hearsay-journal", ...) of the process, in the order of
// their descriptors.
std::vector<SharedFile> shared_files(pid_t pid, const std::string& name);
SharedFile segment_of(pid_t pid);

// What the segment says now; only good while no worker runs.
shm::CommitSlot active_slot_of(const SharedFile& segment);
// The value of a guarded word that stands at `offset`, damaged or not.
std::uint64_t position_at(const SharedFile& segment, std::uint64_t offset);

}  // namespace hearsay::test
