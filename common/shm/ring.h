// A lock-free ring of records for one producer and one consumer, in shared memory.
//
// Positions are 64-bit counts of bytes that only grow; the byte at position p lies at p modulo the
// capacity. A record (common/base/record.h) never wraps: where it would, a padding record fills the
// rest of the buffer. Behind each stands a check sum
// (checked_record.h).
//
//            head (consumer)              tail (producer)
//              v                            v
//   ...freed...|  published records         |  prepared, unseen  | free ...
//
// Prepared is not published: the producer writes as many records as it likes past the tail, and
// publish() makes all of them visible with one store. Read is not released: the consumer walks
// ahead of the head, and release() gives the bytes back with one store.
//
// Thread and process safety: one RingProducer and one RingConsumer at a time, each used by one
// thread; they may live in different processes and map the ring at different addresses. A dead
// producer or consumer may be replaced by one that starts at the positions its predecessor
// committed; never while the predecessor may be alive.
//
// Memory order:
//   SYNC POINT tail: publish() stores with release, the consumer loads with acquire, so that it
//   sees the bytes of every record below the tail.
//   SYNC POINT head: release() stores with release, the producer loads with acquire, so that it
//   overwrites only bytes whose reading is over.
// Both are loaded again only when the copy in local memory says empty or full.
//
// Neither side trusts what it reads: a damaged record, a length or a tail that is impossible throws
// CorruptSegment in the consumer, an impossible head does in the producer.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/record.h"
#include "common/shm/checked_record.h"
#include "common/shm/guarded_word.h"

namespace hearsay::shm {

// Two cache lines: adjacent-line prefetching makes 64 bytes too few.
inline constexpr std::size_t kLineBytes = 128;

struct RingControl {
  alignas(kLineBytes) PositionWord tail;
  alignas(kLineBytes) PositionWord head;
};
static_assert(sizeof(RingControl) == 2 * kLineBytes);

struct RingView {
  RingControl* control;
  std::byte* data;
  std::uint64_t capacity_bytes;  // a power of two

  // The longest payload that a record may have: two records and a padding always find room.
  std::uint64_t max_payload_bytes() const { return capacity_bytes / 4 - checked_bytes(0); }
};

class RingProducer {
 public:
  // Continues at `tail`, which is not published yet by this. Throws CorruptSegment.
  RingProducer(RingView ring, std::uint64_t tail);

  // Prepares a record. False, and nothing changed, when there is no room now. Throws
  // CorruptSegment.
  bool append(std::uint16_t kind, std::uint16_t flags, std::string_view payload);
  // Whether append() of a payload of this size would succeed now.
  bool has_room(std::uint64_t payload_bytes);

  // The position behind the last prepared record.
  std::uint64_t tail() const { return tail_; }
  // Forgets what was prepared behind `tail`, which must not be published yet.
  void rewind(std::uint64_t tail) { tail_ = tail; }
  void publish();
  // Nothing published is left unread.
  bool drained() const;

 private:
  std::uint64_t load_head() const;
  std::uint64_t padding_before(std::uint64_t bytes) const;
  void write_header(std::uint64_t position, RecordHeader header);

  RingView ring_;
  std::uint64_t tail_;
  std::uint64_t published_;
  std::uint64_t known_head_;
};

class RingConsumer {
 public:
  // Continues at `head`, which is not published yet by this.
  RingConsumer(RingView ring, std::uint64_t head);

  // The next record, walking past it; nothing when there is none. The payload stays valid until
  // release(), or in `copy` as long as that does: damage that comes later does no harm to a copy.
  // Throws CorruptSegment.
  std::optional<Record> next(std::string* copy = nullptr);
  // Throws CorruptSegment when the record with this payload, which next() returned and which is not
  // released yet, is no longer as it was.
  void check(std::string_view payload) const;
  // Where the next record starts (a padding counts as part of it).
  std::uint64_t head() const { return head_; }
  // Walks back, to a position not yet released.
  void rewind(std::uint64_t head) { head_ = head; }
  // Frees everything walked past.
  void release();
  // Frees up to `head`, which lies at or before head().
  void release_until(std::uint64_t head);
  // Whether next() would find a record.
  bool has_next();

 private:
  void check_tail() const;
  [[noreturn]] static void refuse(std::uint64_t position, const std::string& why);

  RingView ring_;
  std::uint64_t head_;
  std::uint64_t released_;
  std::uint64_t known_tail_;
};

}  // namespace hearsay::shm
