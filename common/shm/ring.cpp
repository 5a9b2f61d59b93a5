#include "common/shm/ring.h"

#include <cstring>
#include <string>

#include "common/base/check.h"
#include "common/base/kill_point.h"

namespace hearsay::shm {
namespace {

// What stands in the flags of a padding: no flipped bit makes one of a record.
constexpr std::uint16_t kPaddingMark = 0x5aa5;

// So far ahead the producer takes cache lines back from the consumer, which read them a lap ago.
// Without it each store waits for its line: 33 instead of 47 million messages of 64 bytes a second.
constexpr std::uint64_t kAheadBytes = 1024;
constexpr std::uint64_t kCacheLineBytes = 64;

void expect_to_write(const std::byte* line) {
#ifdef __x86_64__
  asm volatile("prefetchw %0" : : "m"(*line));  // __builtin_prefetch needs -mprfchw for this one
#else
  __builtin_prefetch(line, 1);
#endif
}

}  // namespace

RingProducer::RingProducer(RingView ring, std::uint64_t tail)
    : ring_(ring), tail_(tail), published_(tail), known_head_(load_head()) {}

std::uint64_t RingProducer::load_head() const {
  // SYNC POINT head
  const std::uint64_t head = ring_.control->head.load(std::memory_order_acquire);
  if (tail_ - head > ring_.capacity_bytes) {
    throw CorruptSegment("a ring's head " + std::to_string(head) +
                         " is impossible with its tail at " + std::to_string(tail_));
  }
  return head;
}

// What lies between the tail and the end of the buffer, if a record of `bytes` doesn't fit there.
std::uint64_t RingProducer::padding_before(std::uint64_t bytes) const {
  const std::uint64_t to_end = ring_.capacity_bytes - (tail_ & (ring_.capacity_bytes - 1));
  return bytes > to_end ? to_end : 0;
}

bool RingProducer::has_room(std::uint64_t payload_bytes) {
  HEARSAY_CHECK(payload_bytes <= ring_.max_payload_bytes(), "a payload that the ring can take");
  const std::uint64_t bytes = checked_bytes(payload_bytes);
  const std::uint64_t needed = padding_before(bytes) + bytes;
  if (needed <= ring_.capacity_bytes - (tail_ - known_head_)) return true;
  known_head_ = load_head();
  return needed <= ring_.capacity_bytes - (tail_ - known_head_);
}

void RingProducer::write_header(std::uint64_t position, RecordHeader header) {
  std::memcpy(ring_.data + (position & (ring_.capacity_bytes - 1)), &header, sizeof header);
}

bool RingProducer::append(std::uint16_t kind, std::uint16_t flags, std::string_view payload) {
  if (!has_room(payload.size())) return false;
  kill_point();
  const std::uint64_t bytes = checked_bytes(payload.size());
  if (const std::uint64_t padding = padding_before(bytes); padding != 0) {
    write_header(tail_, {static_cast<std::uint32_t>(padding - kRecordHeaderBytes), kPaddingKind,
                         kPaddingMark});
    tail_ += padding;
    kill_point();
  }
  const RecordHeader header{static_cast<std::uint32_t>(payload.size()), kind, flags};
  write_header(tail_, header);
  kill_point();
  std::byte* record = ring_.data + (tail_ & (ring_.capacity_bytes - 1));
  if (!payload.empty()) {
    std::byte* target = record + kRecordHeaderBytes;
    const std::size_t half = payload.size() / 2;
    std::memcpy(target, payload.data(), half);
    kill_point();
    std::memcpy(target + half, payload.data() + half, payload.size() - half);
  }
  kill_point();
  seal(record, header, payload, tail_);
  for (std::uint64_t at = 0; at < bytes; at += kCacheLineBytes) {
    expect_to_write(ring_.data + ((tail_ + kAheadBytes + at) & (ring_.capacity_bytes - 1)));
  }
  tail_ += bytes;
  return true;
}

void RingProducer::publish() {
  published_ = tail_;
  // SYNC POINT tail
  ring_.control->tail.store(tail_, std::memory_order_release);
}

bool RingProducer::drained() const {
  return ring_.control->head.load(std::memory_order_acquire) == published_;
}

RingConsumer::RingConsumer(RingView ring, std::uint64_t head)
    : ring_(ring), head_(head), released_(head), known_tail_(head) {}

void RingConsumer::check_tail() const {
  if (known_tail_ < head_ || known_tail_ - released_ > ring_.capacity_bytes) {
    throw CorruptSegment("a ring's tail " + std::to_string(known_tail_) +
                         " is impossible with its head at " + std::to_string(head_));
  }
}

bool RingConsumer::has_next() {
  if (head_ != known_tail_) return true;
  // SYNC POINT tail
  known_tail_ = ring_.control->tail.load(std::memory_order_acquire);
  check_tail();
  return head_ != known_tail_;
}

void RingConsumer::refuse(std::uint64_t position, const std::string& why) {
  throw CorruptSegment("a ring's record at " + std::to_string(position) + ' ' + why);
}

void RingConsumer::check(std::string_view payload) const {
  const auto* record = reinterpret_cast<const std::byte*>(payload.data()) - kRecordHeaderBytes;
  const auto offset = static_cast<std::uint64_t>(record - ring_.data);
  const std::uint64_t lap = ring_.capacity_bytes - 1;
  const std::uint64_t position = released_ + ((offset - released_) & lap);
  if (!is_sealed(record, payload.size(), position)) refuse(position, "was damaged as it waited");
}

std::optional<Record> RingConsumer::next(std::string* copy) {
  while (has_next()) {
    const std::uint64_t offset = head_ & (ring_.capacity_bytes - 1);
    RecordHeader header{};
    std::memcpy(&header, ring_.data + offset, sizeof header);
    const std::uint64_t to_end = ring_.capacity_bytes - offset;
    if (header.kind == kPaddingKind) {
      const std::uint64_t bytes = record_bytes(header.length);
      if (header.flags != kPaddingMark || bytes != to_end || bytes > known_tail_ - head_) {
        refuse(head_, "is no padding");
      }
      head_ += bytes;
      continue;
    }
    const std::uint64_t bytes = checked_bytes(header.length);
    if (bytes > known_tail_ - head_ || bytes > to_end ||
        header.length > ring_.max_payload_bytes()) {
      refuse(head_, "has the length " + std::to_string(header.length));
    }
    const std::byte* record = ring_.data + offset;
    if (copy != nullptr) {
      copy->assign(reinterpret_cast<const char*>(record), bytes);
      record = reinterpret_cast<const std::byte*>(copy->data());
    }
    if (!is_sealed(record, header.length, head_)) refuse(head_, "is damaged");
    head_ += bytes;
    const auto* payload = reinterpret_cast<const char*>(record + kRecordHeaderBytes);
    return Record{header.kind, header.flags, {payload, header.length}};
  }
  return std::nullopt;
}

void RingConsumer::release() {
  release_until(head_);
}

void RingConsumer::release_until(std::uint64_t head) {
  released_ = head;
  // SYNC POINT head
  ring_.control->head.store(head, std::memory_order_release);
}

}  // namespace hearsay::shm
