#include "common/shm/segment.h"

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <new>
#include <string>

#include "common/base/checksum.h"
#include "common/shm/mapping.h"

namespace hearsay::shm {
namespace {

// Of what stands between magic and check.
std::uint64_t check_of(const SegmentHeader& header) {
  constexpr std::size_t kBegin = offsetof(SegmentHeader, version);
  return checksum(
      {reinterpret_cast<const char*>(&header) + kBegin, offsetof(SegmentHeader, check) - kBegin});
}

void check_header(const SegmentHeader& header) {
  if (header.magic != kSegmentMagic) throw CorruptSegment("not a hearsay segment: wrong magic");
  if (header.version != kSegmentVersion) {
    throw OtherVersion("a segment of version " + std::to_string(header.version) +
                       ", this program knows version " + std::to_string(kSegmentVersion) +
                       ": supervisor and worker must come from the same build");
  }
  if (header.header_bytes != sizeof(SegmentLayout) || header.ring_bytes != kRingBytes) {
    throw CorruptSegment("the segment's sizes are not this program's");
  }
  if (header.check != check_of(header)) throw CorruptSegment("the segment's header is damaged");
}

// `bits`: those above the random ones don't count.
void put_incarnation(SegmentHeader& header, std::uint64_t ms, std::uint64_t bits) {
  constexpr std::uint64_t kRandom = (std::uint64_t{1} << kIncarnationRandomBits) - 1;
  header.incarnation_ms.store(ms, std::memory_order_relaxed);
  header.incarnation_bits.store(bits & kRandom, std::memory_order_relaxed);
}

}  // namespace

FileDescriptor Segment::create(std::uint64_t incarnation, std::uint64_t seed) {
  FileDescriptor file = create_memory_file("hearsay-segment", kSegmentBytes, Sealed::yes);
  format(file.get(), incarnation, seed);
  return file;
}

void Segment::format(int fd, std::uint64_t incarnation, std::uint64_t seed) {
  if (file_size_bytes(fd) > kSegmentBytes) {
    check_syscall(::ftruncate(fd, kSegmentBytes), "ftruncate of the segment");
  }
  // A sealed one has all it may have.
  if (file_size_bytes(fd) < kSegmentBytes || has_holes(fd)) reserve(fd, 0, kSegmentBytes);
  const auto region = map_whole(fd);
  auto* layout = new (region.get_address()) SegmentLayout{};
  layout->header.version = kSegmentVersion;
  layout->header.header_bytes = sizeof(SegmentLayout);
  layout->header.ring_bytes = kRingBytes;
  put_incarnation(layout->header, incarnation >> kIncarnationRandomBits, incarnation);
  layout->header.seed = seed;
  layout->header.poison_position.store(kNoPosition, std::memory_order_relaxed);
  layout->header.no_room_position.store(kNoPosition, std::memory_order_relaxed);
  layout->header.running_position.store(kNoPosition, std::memory_order_relaxed);
  begin(layout->commit);
  layout->header.check = check_of(layout->header);
  // A kill may come between any two stores, so the compiler must not move this one up.
  std::atomic_signal_fence(std::memory_order_release);
  layout->header.magic = kSegmentMagic;
}

Segment::Segment(int fd) {
  if (file_size_bytes(fd) != kSegmentBytes) {
    throw CorruptSegment("the segment has " + std::to_string(file_size_bytes(fd)) +
                         " bytes instead of " + std::to_string(kSegmentBytes));
  }
  if (has_holes(fd)) reserve(fd, 0, kSegmentBytes);
  region_ = map_whole(fd);
  check_header(header());
}

void Segment::begin_new_life(CommitSlot slot) {
  header().poison_position.store(kNoPosition, std::memory_order_relaxed);
  header().no_room_position.store(kNoPosition, std::memory_order_relaxed);
  header().running_position.store(kNoPosition, std::memory_order_relaxed);
  header().ready_generation.store(0, std::memory_order_relaxed);
  header().stop.store(0, std::memory_order_relaxed);
  header().committing.store(0, std::memory_order_relaxed);
  slot.request_head = slot.reply_tail = 0;
  slot.spill_begin = slot.spill_end = 0;
  slot.turned_away = kNoPosition;
  shm::commit(commit(), slot);
  for (const RingView& ring : {request_ring(), reply_ring()}) {
    ring.control->tail.store(0, std::memory_order_relaxed);
    ring.control->head.store(0, std::memory_order_relaxed);
  }
  lower(worker_park());
  lower(supervisor_park());
}

std::uint64_t Segment::incarnation() {
  return header().incarnation_ms.load(std::memory_order_relaxed) << kIncarnationRandomBits |
         header().incarnation_bits.load(std::memory_order_relaxed);
}

// Killed between the two stores, the supervisor's successor draws both anew. What counts up from
// the milliseconds (core::OpenRequests) is further than one of them by now.
void Segment::begin_incarnation(std::uint64_t drawn) {
  constexpr std::uint64_t kLeapMs = std::uint64_t{1} << 20;  // 17 minutes
  const std::uint64_t last_ms = incarnation() >> kIncarnationRandomBits;
  const std::uint64_t drawn_ms = drawn >> kIncarnationRandomBits;
  put_incarnation(header(), drawn_ms > last_ms ? drawn_ms : last_ms + kLeapMs, drawn);
}

}  // namespace hearsay::shm
