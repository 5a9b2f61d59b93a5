#include "common/shm/spill.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/base/file_descriptor.h"
#include "common/base/kill_point.h"
#include "common/shm/mapping.h"

namespace hearsay::shm {

void Spill::write(std::string_view records) {
  std::uint64_t at = 0;
  while (at < records.size()) {
    kill_point();
    const ssize_t written =
        ::pwrite(fd_, records.data() + at, records.size() - at, static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      throw NoRoom("no room to spill " + std::to_string(records.size()) +
                   " bytes: " + std::generic_category().message(errno));
    }
    at += static_cast<std::uint64_t>(written);
  }
}

void Spill::read_exactly(char* target, std::uint64_t bytes, std::uint64_t at) const {
  while (bytes > 0) {
    const ssize_t got = ::pread(fd_, target, bytes, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw CorruptSegment("the spill file ends too early");
    target += got;
    at += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::uint64_t>(got);
  }
}

Record Spill::read(std::uint64_t at, std::uint64_t end, std::string& payload) const {
  RecordHeader header{};
  if (at + sizeof header > end) throw CorruptSegment("a spilled record is cut off");
  read_exactly(reinterpret_cast<char*>(&header), sizeof header, at);
  if (record_bytes(header.length) > end - at) throw CorruptSegment("a spilled record is too long");
  payload.resize(header.length);
  read_exactly(payload.data(), header.length, at + sizeof header);
  return {header.kind, header.flags, payload};
}

void Spill::clear() {
  check_syscall(::ftruncate(fd_, 0), "ftruncate of the spill file");
}

std::uint64_t Spill::size_bytes() const {
  return file_size_bytes(fd_);
}

}  // namespace hearsay::shm
