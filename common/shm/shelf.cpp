#include "common/shm/shelf.h"

#include "common/base/checksum.h"
#include "common/base/record.h"
#include "common/shm/file_bytes.h"

namespace hearsay::shm {

void Shelf::write(std::uint64_t offset, std::string_view block) const {
  write_exactly(fd_, block, offset);
}

void Shelf::read(std::uint64_t offset, std::uint64_t bytes, std::uint64_t check,
                 std::string& out) const {
  const std::size_t before = out.size();
  out.resize(before + bytes);
  read_exactly(fd_, out.data() + before, bytes, offset);
  if (checksum(std::string_view(out).substr(before)) != check) {
    throw CorruptSegment("a text that answers share is damaged");
  }
}

}  // namespace hearsay::shm
