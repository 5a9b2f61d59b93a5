// What passes between supervisor and worker: the records of the two rings.
//
// Request ring, supervisor to worker: inputs. Every one starts with an InputHeader.
//   message         message record (message_record.h)
//   message_part    a piece of a message record too long for one ring record; the first is marked
//                   kFirstPart and the last kLastPart
//   timer           u64 token, as it was asked for
//   worker_started  u64 generation; sent after every start of a worker
// Reply ring, worker to supervisor: outputs.
//   line            LineHeader, then text for stdout, line feed included; a line too long for one
//                   record comes in several, the first marked kFirstPart and the last kLastPart
//   shared          a part of a line that is on the shelf (common/shm/shelf.h): LineHeader, u64
//                   offset there, and of each block of kSharedBlockBytes from there on a u64 check
//                   sum
//   wake            WakeRequest
//
// All times are the supervisor's monotonic clock, in ns.
#pragma once

#include <cstdint>

namespace hearsay::protocol {

enum class InputKind : std::uint16_t { message = 1, message_part, timer, worker_started };
enum class OutputKind : std::uint16_t { line = 1, wake, shared };

// Flags of records.
inline constexpr std::uint16_t kFirstPart = 1;
inline constexpr std::uint16_t kLastPart = 2;
inline constexpr std::uint16_t kToClient = 4;  // a line that is no use once its client has gone

// The longest payload of a record in either ring.
inline constexpr std::uint64_t kLongestPayloadBytes = 32 * 1024;

struct InputHeader {
  std::int64_t taken_ns;  // when the supervisor took it
};

struct LineHeader {
  std::int64_t taken_ns;   // when the supervisor took the request that this answers
  std::uint64_t position;  // in the request ring, of the input whose step wrote it
};

inline constexpr std::uint64_t kSharedBlockBytes = 32 * 1024;

struct WakeRequest {
  std::int64_t at_ns;
  std::uint64_t token;
};

}  // namespace hearsay::protocol
