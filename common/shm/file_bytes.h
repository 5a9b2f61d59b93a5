// Bytes of a file that is not mapped: all of them or an exception. Not for files that others cut.
#pragma once

#include <cstdint>
#include <string_view>

namespace hearsay::shm {

// Throws NoRoom.
void write_exactly(int fd, std::string_view bytes, std::uint64_t at);
// Throws CorruptSegment when the file ends before, std::system_error when it can't be read.
void read_exactly(int fd, char* target, std::uint64_t bytes, std::uint64_t at);

}  // namespace hearsay::shm
