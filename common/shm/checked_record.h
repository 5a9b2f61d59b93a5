// A record as it lies in shared memory: with a check sum of itself and its position behind it.
//
//   +--------+---------+-------------+--------------------+
//   | header | payload | gap to 8    | check sum, 8 bytes |     header: common/base/record.h
//   +--------+---------+-------------+--------------------+
//
// A record that was damaged, moved, or left by an earlier lap of a ring does not match.
#pragma once

#include <bit>
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

// The header goes in with the seed: then the payload is summed where it comes from, not where it
// was just written to and may not have arrived.
inline std::uint64_t check_of(RecordHeader header, std::string_view payload,
                              std::uint64_t position) {
  constexpr std::uint64_t kOdd = 0x9e37'79b9'7f4a'7c15;  // each bit of the header moves the seed
  return checksum(payload, position ^ std::bit_cast<std::uint64_t>(header) * kOdd);
}

// Puts the check sum behind the record, of which header and payload (any copy of it) are known.
inline void seal(std::byte* record, RecordHeader header, std::string_view payload,
                 std::uint64_t position) {
  const std::uint64_t check = check_of(header, payload, position);
  std::memcpy(record + record_bytes(payload.size()), &check, sizeof check);
}

// What seal() put behind the record.
inline std::uint64_t check_behind(const std::byte* record, std::uint64_t payload_bytes) {
  std::uint64_t check = 0;
  std::memcpy(&check, record + record_bytes(payload_bytes), sizeof check);
  return check;
}

// Of a record where it lies.
inline std::uint64_t check_behind(const Record& record) {
  const auto* payload = reinterpret_cast<const std::byte*>(record.payload.data());
  return check_behind(payload - kRecordHeaderBytes, record.payload.size());
}

// Whether the record is as seal() left it.
inline bool is_sealed(const std::byte* record, std::uint64_t payload_bytes,
                      std::uint64_t position) {
  RecordHeader header{};
  std::memcpy(&header, record, sizeof header);
  const auto* payload = reinterpret_cast<const char*>(record + kRecordHeaderBytes);
  return check_behind(record, payload_bytes) ==
         check_of(header, {payload, payload_bytes}, position);
}

}  // namespace hearsay::shm
