#include "common/shm/spill.h"

#include <unistd.h>

#include "common/base/file_descriptor.h"
#include "common/shm/checked_record.h"
#include "common/shm/file_bytes.h"
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
    write_exactly(fd_, chunk, end);
    end += chunk.size();
    chunk.clear();
  }
  return end;
}

Record Spill::read(std::uint64_t at, std::uint64_t end, std::string& buffer) const {
  RecordHeader header{};
  if (at + sizeof header > end) throw CorruptSegment("a spilled record is cut off");
  read_exactly(fd_, reinterpret_cast<char*>(&header), sizeof header, at);
  const std::uint64_t bytes = checked_bytes(header.length);
  if (bytes > end - at) throw CorruptSegment("a spilled record is too long");
  buffer.resize(bytes);
  read_exactly(fd_, buffer.data(), bytes, at);
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
