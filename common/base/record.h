// Records: the one framing used in the rings, in the journal and in a step's effects.
//
//   byte  0        4      6       8            8 + length      next multiple of 8
//         +--------+------+-------+-----------------+-----------------+
//         | length | kind | flags |  payload        | 0..7 bytes gap  |
//         +--------+------+-------+-----------------+-----------------+
//
// length counts the payload only. A record starts at a multiple of 8. Kind 0 is padding, which
// only rings write. No pointers: the bytes may be copied and mapped anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hearsay {

struct RecordHeader {
  std::uint32_t length;  // of the payload, in bytes
  std::uint16_t kind;
  std::uint16_t flags;
};
static_assert(sizeof(RecordHeader) == 8);

inline constexpr std::uint64_t kRecordHeaderBytes = sizeof(RecordHeader);
inline constexpr std::uint16_t kPaddingKind = 0;

// What a record with this much payload occupies, in bytes.
constexpr std::uint64_t record_bytes(std::uint64_t payload_bytes) {
  return kRecordHeaderBytes + ((payload_bytes + 7) & ~std::uint64_t{7});
}

// Shared memory holds something that none of our processes wrote. Says what and where.
class CorruptSegment : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Record {
  std::uint16_t kind;
  std::uint16_t flags;
  std::string_view payload;
};

constexpr RecordHeader header_of(const Record& record) {
  return {static_cast<std::uint32_t>(record.payload.size()), record.kind, record.flags};
}

// Appends a record; `out` must be a multiple of 8 long. Payloads are below 4 GiB.
void append_record(std::string& out, std::uint16_t kind, std::uint16_t flags,
                   std::string_view payload);

// Walks the records in `bytes`. next() throws CorruptSegment when a length points outside.
class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<Record> next();
  // Bytes walked so far.
  std::uint64_t position() const { return position_; }

 private:
  std::string_view bytes_;
  std::uint64_t position_ = 0;
};

// Trivially copyable values to and from payloads, without alignment.
template <typename T>
std::string_view bytes_of(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

// The T at the start of `payload`, which is shortened by it; throws CorruptSegment when too short.
template <typename T>
T take(std::string_view& payload) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (payload.size() < sizeof(T)) throw CorruptSegment("a record is shorter than its fixed part");
  T value;
  std::memcpy(&value, payload.data(), sizeof(T));
  payload.remove_prefix(sizeof(T));
  return value;
}

}  // namespace hearsay
