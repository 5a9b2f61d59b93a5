// Check sums of what lies in shared memory and in files: XXH3, 64 bits, of the xxHash library
// (https://github.com/Cyan4973/xxHash).
//
// They find damage, not forgery. Why not CRC32C: common/shm/README.md. Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace hearsay {

// Of the bytes and of `seed`: their position, or the check sum of what lies before them.
std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

// The check sum of records (common/base/record.h) that are appended to others with the check sum
// `before`; 0 is that of none. How they were grouped when they were appended does not matter.
// Throws CorruptSegment when a record's length points outside.
std::uint64_t checksum_of_records(std::string_view records, std::uint64_t before = 0);

}  // namespace hearsay
