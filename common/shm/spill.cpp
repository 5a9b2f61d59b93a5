#include "common/shm/spill.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/base/file_descriptor.h"
#include "common/base/kill_point.h"
#include "common/shm/checked_record.h"
#include "common/shm/mapping.h"

namespace hearsay::shm {

namespace {

// So much is written at a time: a second copy of everything may be more than the memory that is
// left.
constexpr std::size_t kChunkBytes = 64 * 1024;

}  // namespace

std::uint64_t Spill::write(std::string_view records) {
  std::uint64_t end = 0;
  std::string chunk;
  RecordReader reader(records);
  while (const auto record = reader.next()) {
    const std::size_t begin = chunk.size();
    append_record(chunk, record->kind, record->flags, record->payload);
    chunk.resize(chunk.size() + kCheckBytes);
    seal(reinterpret_cast<std::byte*>(chunk.data()) + begin,
         {static_cast<std::uint32_t>(record->payload.size()), record->kind, record->flags},
         record->payload, end + begin);
    if (chunk.size() < kChunkBytes && reader.position() < records.size()) continue;
    write_exactly(chunk, end);
    end += chunk.size();
    chunk.clear();
  }
  return end;
}

void Spill::write_exactly(std::string_view bytes, std::uint64_t at) const {
  while (!bytes.empty()) {
    kill_point();
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      throw NoRoom("no room to spill " + std::to_string(bytes.size()) + " bytes at " +
                   std::to_string(at) + ": " + std::generic_category().message(errno));
    }
    at += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
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

Record Spill::read(std::uint64_t at, std::uint64_t end, std::string& buffer) const {
  RecordHeader header{};
  if (at + sizeof header > end) throw CorruptSegment("a spilled record is cut off");
  read_exactly(reinterpret_cast<char*>(&header), sizeof header, at);
  const std::uint64_t bytes = checked_bytes(header.length);
  if (bytes > end - at) throw CorruptSegment("a spilled record is too long");
  buffer.resize(bytes);
  read_exactly(buffer.data(), bytes, at);
  if (!is_sealed(reinterpret_cast<const std::byte*>(buffer.data()), header.length, at)) {
    throw CorruptSegment("a spilled record is damaged");
  }
  return {header.kind, header.flags,
          std::string_view(buffer).substr(kRecordHeaderBytes, header.length)};
}

void Spill::clear() {
  check_syscall(::ftruncate(fd_, 0), "ftruncate of the spill file");
}

std::uint64_t Spill::size_bytes() const {
  return file_size_bytes(fd_);
}

}  // namespace hearsay::shm
