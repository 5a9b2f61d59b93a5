#include "common/shm/journal.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "common/base/kill_point.h"
#include "common/base/record.h"
#include "common/shm/mapping.h"

namespace hearsay::shm {
namespace {

constexpr std::uint64_t kLargestDoublingBytes = 64 * 1024 * 1024;

std::uint64_t grown_size(std::uint64_t size, std::uint64_t needed) {
  while (size < needed) size += std::min(size, kLargestDoublingBytes);
  return size;
}

}  // namespace

Journal::Journal(int fd) : fd_(fd) {
  // A worker that died between the two system calls of clear() left an empty file.
  if (file_size_bytes(fd) < kJournalFirstBytes) {
    check_syscall(::ftruncate(fd, kJournalFirstBytes), "ftruncate of the journal");
  }
  region_ = map_whole(fd);
}

void Journal::resize(std::uint64_t size_bytes) {
  check_syscall(::ftruncate(fd_, static_cast<off_t>(size_bytes)), "ftruncate of the journal");
  kill_point();
  region_ = map_whole(fd_);
}

void Journal::write(std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  const std::uint64_t end = offset + bytes.size();
  if (end > size_bytes()) resize(grown_size(size_bytes(), end));
  auto* target = static_cast<char*>(region_.get_address()) + offset;
  const std::size_t half = bytes.size() / 2;
  kill_point();
  std::memcpy(target, bytes.data(), half);
  kill_point();
  std::memcpy(target + half, bytes.data() + half, bytes.size() - half);
}

std::string_view Journal::read(std::uint64_t begin, std::uint64_t end) const {
  if (begin > end || end > size_bytes()) {
    throw CorruptSegment("the commit record points outside the journal");
  }
  return {static_cast<const char*>(region_.get_address()) + begin, end - begin};
}

void Journal::clear() {
  region_ = {};
  check_syscall(::ftruncate(fd_, 0), "ftruncate of the journal");
  kill_point();
  resize(kJournalFirstBytes);
}

}  // namespace hearsay::shm
