// A record as it lies in shared memory: with a check sum of itself and its position behind it.
//
//   +--------+---------+-------------+--------------------+
//   | header | payload | gap to 8    | check sum, 8 bytes |     header: common/base/record.h
//   +--------+---------+-------------+--------------------+
//
// A record that was damaged, moved, or left by an earlier lap of a ring does not match.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "common/base/checksum.h"
#include "common/base/record.h"

namespace hearsay::shm {

inline constexpr std::uint64_t kCheckBytes = sizeof(std::uint64_t);

// What a record with this much payload occupies.
constexpr std::uint64_t checked_bytes(std::uint64_t payload_bytes) {
  return record_bytes(payload_bytes) + kCheckBytes;
}

// Of the record whose header and `payload_bytes` stand at `record`.
inline std::uint64_t check_of(const std::byte* record, std::uint64_t payload_bytes,
                              std::uint64_t position) {
  return checksum({reinterpret_cast<const char*>(record), kRecordHeaderBytes + payload_bytes},
                  position);
}

// Puts the check sum behind the record.
inline void seal(std::byte* record, std::uint64_t payload_bytes, std::uint64_t position) {
  const std::uint64_t check = check_of(record, payload_bytes, position);
  std::memcpy(record + record_bytes(payload_bytes), &check, sizeof check);
}

// Whether the record is as seal() left it.
inline bool is_sealed(const std::byte* record, std::uint64_t payload_bytes,
                      std::uint64_t position) {
  std::uint64_t check = 0;
  std::memcpy(&check, record + record_bytes(payload_bytes), sizeof check);
  return check == check_of(record, payload_bytes, position);
}

}  // namespace hearsay::shm
