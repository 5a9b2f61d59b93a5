#include "common/shm/journal.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "common/base/checksum.h"
#include "common/base/kill_point.h"
#include "common/base/record.h"
#include "common/shm/mapping.h"

namespace hearsay::shm {
namespace {

constexpr std::uint64_t kLargestDoublingBytes = 4 * 1024 * 1024;

std::uint64_t grown_size(std::uint64_t size, std::uint64_t needed) {
  size = std::max(size, kJournalFirstBytes);
  while (size < needed) size += std::min(size, kLargestDoublingBytes);
  return size;
}

}  // namespace

Journal::Journal(int fd) : fd_(fd), had_name_(has_name(fd)) {
  const std::uint64_t size = file_size_bytes(fd);
  // Too short if it is new; with holes if somebody copied it.
  if (size < kJournalFirstBytes || has_holes(fd)) {
    shm::reserve(fd, 0, std::max(size, kJournalFirstBytes));
  }
  region_ = map_whole(fd);
}

bool Journal::is_removed() const {
  return had_name_ && !has_name(fd_);
}

void Journal::grow(std::uint64_t size_bytes) {
  const std::uint64_t before = file_size_bytes(fd_);
  shm::reserve(fd_, before, size_bytes);
  kill_point();
  region_ = {};  // both together may be more address space than there is
  try {
    region_ = map_whole(fd_);
  } catch (const NoRoom&) {
    check_syscall(::ftruncate(fd_, static_cast<off_t>(before)), "ftruncate of the journal");
    region_ = map_whole(fd_);
    throw;
  }
}

void Journal::reserve(std::uint64_t end) {
  if (end <= size_bytes()) return;
  const std::uint64_t generous = grown_size(size_bytes(), end);
  try {
    grow(generous);
  } catch (const NoRoom&) {
    if (end == generous) throw;
    grow(end);
  }
}

void Journal::write(std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  reserve(offset + bytes.size());
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

// The first bytes stay reserved: they could not be had again if the disk filled up in between.
void Journal::clear() {
  region_ = {};
  check_syscall(::ftruncate(fd_, kJournalFirstBytes), "ftruncate of the journal");
  kill_point();
  region_ = map_whole(fd_);
  std::memset(region_.get_address(), 0, kJournalFirstBytes);
}

void check_journal(const CommitSlot& slot, const Journal& journal) {
  const std::string_view records = journal.read(0, slot.journal_end);
  std::uint64_t sum = 0;
  try {
    sum = checksum_of_records(records);
  } catch (const CorruptSegment&) {
    sum = ~slot.journal_check;
  }
  if (sum == slot.journal_check) return;
  throw CorruptSegment("journal-" + std::to_string(slot.journal_region) +
                       " is damaged: its check sum does not match the commit record's");
}

}  // namespace hearsay::shm
