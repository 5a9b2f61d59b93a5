#include "common/shm/segment.h"

#include <new>
#include <string>

#include "common/shm/mapping.h"

namespace hearsay::shm {
namespace {

void check_header(const SegmentHeader& header) {
  if (header.magic != kSegmentMagic) throw CorruptSegment("not a hearsay segment: wrong magic");
  if (header.version != kSegmentVersion) {
    throw CorruptSegment("a segment of version " + std::to_string(header.version) +
                         ", this program knows version " + std::to_string(kSegmentVersion) +
                         ": supervisor and worker must come from the same build");
  }
  if (header.header_bytes != sizeof(SegmentLayout) || header.ring_bytes != kRingBytes) {
    throw CorruptSegment("the segment's sizes are not this program's");
  }
}

}  // namespace

FileDescriptor Segment::create(std::uint64_t incarnation, std::uint64_t seed) {
  FileDescriptor file = create_memory_file("hearsay-segment", kSegmentBytes, Sealed::yes);
  const auto region = map_whole(file.get());
  auto* layout = new (region.get_address()) SegmentLayout{};
  layout->header.magic = kSegmentMagic;
  layout->header.version = kSegmentVersion;
  layout->header.header_bytes = sizeof(SegmentLayout);
  layout->header.ring_bytes = kRingBytes;
  layout->header.incarnation = incarnation;
  layout->header.seed = seed;
  layout->header.poison_position = kNoPosition;
  layout->header.running_position.store(kNoPosition, std::memory_order_relaxed);
  return file;
}

Segment::Segment(int fd) {
  if (file_size_bytes(fd) != kSegmentBytes) {
    throw CorruptSegment("the segment has " + std::to_string(file_size_bytes(fd)) +
                         " bytes instead of " + std::to_string(kSegmentBytes));
  }
  region_ = map_whole(fd);
  check_header(header());
}

}  // namespace hearsay::shm
