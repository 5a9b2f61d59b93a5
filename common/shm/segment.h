// The segment: the shared memory of one node's supervisor and worker.
//
//   0        header          magic, version, sizes, identity, life of the workers
//   +        commit area     step, two slots, two durable ones      (worker)
//   +        park flags      worker's, supervisor's
//   +        request ring    tail (supervisor), head (worker)
//   +        reply ring      tail (worker), head (supervisor)
//   4096     request data    power of two, kRingBytes
//   +        reply data      power of two, kRingBytes
//
// It is created once, by the supervisor, and outlives every worker. Sizes and offsets are pinned by
// static_assert and checked on opening: another version's segment, or something else, is refused.
//
// The journals are files of their own (journal.h), and so is what is spilled (spill.h).
#pragma once

#include <boost/interprocess/mapped_region.hpp>
#include <cstdint>

#include "common/base/file_descriptor.h"
#include "common/shm/commit.h"
#include "common/shm/ring.h"
#include "common/shm/wait.h"

namespace hearsay::shm {

inline constexpr std::uint64_t kSegmentMagic = 0x796173726165'6801;  // "hearsay", layout 1
inline constexpr std::uint32_t kSegmentVersion = 7;
inline constexpr std::uint64_t kRingBytes = 256 * 1024;
// Of an incarnation, below the milliseconds. Two that go on from one state differ in them.
inline constexpr std::uint32_t kIncarnationRandomBits = 20;

// Who writes what is said per field; "before the worker" means: while no worker lives. What never
// changes has a check sum, every other word guards itself.
struct SegmentHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint64_t ring_bytes;
  std::uint64_t seed;  // of the worker's random choices; supervisor, once

  std::uint64_t check;  // of all above but the magic

  // Supervisor, before the worker. An input at this position of the request ring is skipped:
  // workers died of it.
  PositionWord poison_position;

  // The generation that has recovered and takes input. Worker, with release: SYNC POINT ready.
  GuardedWord ready_generation;
  // The position of the input whose step is running, or kNoPosition. Worker; the supervisor looks
  // after its death.
  PositionWord running_position;
  // Worker. There was no room for the step of the input at this position: the next worker turns it
  // away.
  PositionWord no_room_position;
  // Set to ask the worker to end. Supervisor.
  GuardedWord stop;
  // 1 while steps are made real: from the first write of what they change until the supervisor has
  // been shown it. Worker; the supervisor looks after its death.
  GuardedWord committing;
  // Moves while a worker recovers: the journal's records that workers have read. Worker; the
  // supervisor looks whether it moves, which damage does no harm to.
  std::atomic<std::uint64_t> recovered_records;
  // Which boot of the machine the last life began in, and in which folder as of which time (where a
  // copy was brought back, of another). Supervisor, before the worker.
  GuardedWord boot;
  GuardedWord place;
  // The upper and the lower bits of the incarnation. Supervisor, before the worker.
  GuardedWord incarnation_ms;
  GuardedWord incarnation_bits;
};

struct SegmentLayout {
  SegmentHeader header;
  CommitArea commit;
  ParkFlag worker_park;
  ParkFlag supervisor_park;
  RingControl request;
  RingControl reply;
};
static_assert(sizeof(SegmentHeader) == 128);
static_assert(offsetof(SegmentLayout, commit) == 128);
static_assert(offsetof(SegmentLayout, worker_park) == 768);
static_assert(offsetof(SegmentLayout, request) == 1024);
static_assert(offsetof(SegmentLayout, reply) == 1280);
static_assert(sizeof(SegmentLayout) == 1536);

inline constexpr std::uint64_t kRingDataOffset = 4096;
inline constexpr std::uint64_t kSegmentBytes = kRingDataOffset + 2 * kRingBytes;

// It is whole, or may be, but not for this program.
class OtherVersion : public CorruptSegment {
 public:
  using CorruptSegment::CorruptSegment;
};

class Segment {
 public:
  // Creates a segment in a sealed memfd and returns its descriptor. Throws std::system_error,
  // NoRoom.
  static FileDescriptor create(std::uint64_t incarnation, std::uint64_t seed);
  // Makes a new segment of the file behind `fd`, whatever it held. The magic is written last: a
  // file whose making was cut off is no segment. Throws NoRoom.
  static void format(int fd, std::uint64_t incarnation, std::uint64_t seed);

  // Maps the segment behind `fd`. Throws CorruptSegment when it isn't one, OtherVersion.
  explicit Segment(int fd);

  // For a segment that outlived its supervisor: keeps what `slot` says, identity included, and
  // forgets what was under way. No worker may live; repeating it does no harm. Throws
  // CorruptSegment.
  void begin_new_life(CommitSlot slot);

  // Milliseconds of Unix time above 20 random bits: later ones of a node are larger.
  std::uint64_t incarnation();
  // Gives the node a larger one: `drawn`, or if the clock has gone back too, one that is some
  // minutes later than the last, with the random bits of this. No worker may live.
  void begin_incarnation(std::uint64_t drawn);

  SegmentHeader& header() { return layout().header; }
  CommitArea& commit() { return layout().commit; }
  ParkFlag& worker_park() { return layout().worker_park; }
  ParkFlag& supervisor_park() { return layout().supervisor_park; }
  RingView request_ring() { return {&layout().request, data(0), kRingBytes}; }
  RingView reply_ring() { return {&layout().reply, data(kRingBytes), kRingBytes}; }

 private:
  SegmentLayout& layout() { return *static_cast<SegmentLayout*>(region_.get_address()); }
  std::byte* data(std::uint64_t offset) {
    return static_cast<std::byte*>(region_.get_address()) + kRingDataOffset + offset;
  }

  boost::interprocess::mapped_region region_;
};

}  // namespace hearsay::shm
