// A recording: what passed between the supervisor and the workers of one life of a node, in a file.
//
//   byte  0         16        20     24     32      40
//         +---------+---------+------+------+-------+---------+---------+-- ... --+
//         | magic   | version | zero | id   | check | record  | record  |         |
//         +---------+---------+------+------+-------+---------+---------+-- ... --+
//
// Behind the head stand records, each as it would lie in shared memory (checked_record.h in
// common/shm: header, payload, gap to 8, check sum), sealed with its place in the file plus `id`.
// So a record that is damaged, that was moved, or that comes from another recording does not match.
//
//   kind                 payload                        when
//   begin                Beginning, then texts          once, first
//   journal              a piece of the journal         behind it, if the node went on from one
//   worker_started       WorkerMark                     before anything that this worker does
//   worker_ended         WorkerMark                     when its death is certain
//   input                RingPiece, behind it records   before the worker can see them
//   output               u64 position in the reply      before they are seen outside
//                        ring, then OutputSum of each
//                        record from there on
//   stopped              text: why nothing follows      last, if so
//   ended                WorkerMark                     last, if the node came to its end
//
// Behind a RingPiece stand so many bytes of the request ring as they lay there: whole records, one
// or more, which the ring sealed with their positions in it. So they are neither copied one by one
// nor summed again. Their kinds and payloads: common/protocol/link.h.
//
// Of outputs only sums are kept: a replay has the text itself, and the sums tell whether it is the
// one that was put out.
//
// The inputs are numbered from Beginning::first_input on. An output belongs to an input further up;
// which one the reader learns by running the node again. A list of texts is a u32 count, then for
// each a u32 length and its bytes. Little-endian; no pointers.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/record.h"

namespace hearsay::recording {

inline constexpr std::array<char, 16> kMagic{'h', 'e', 'a', 'r', 's', 'a', 'y',  '-',
                                             'r', 'e', 'c', 'o', 'r', 'd', '\n', '\0'};
inline constexpr std::uint32_t kFormatVersion = 3;
static_assert(std::endian::native == std::endian::little, "a recording is copied as it lies");

struct FileHead {
  std::array<char, 16> magic;
  std::uint32_t version;
  std::uint32_t zero;
  std::uint64_t id;
  std::uint64_t check;  // of all above
};
static_assert(sizeof(FileHead) == 40);

enum class RecordKind : std::uint16_t {
  begin = 1,
  journal,
  worker_started,
  worker_ended,
  stopped,
  ended,
  input,
  output,
  last_ = output
};

// Longer ones are damage. A piece of the journal is as long as a ring's record at the most.
inline constexpr std::uint32_t kLongestPayloadBytes = 1024 * 1024;

// Which records of the ring stand behind: not over its end, and no padding. The first one's
// position is where the ring went on, before a padding of so many bytes if there was one.
struct RingPiece {
  std::uint64_t position = 0;
  std::uint64_t padding = 0;
  std::uint64_t bytes = 0;
};
static_assert(sizeof(RingPiece) == 24);

inline constexpr std::uint64_t kNoPosition = ~std::uint64_t{0};

// A record of the reply ring, told from any other.
struct OutputSum {
  RecordHeader header{};                 // protocol::OutputKind
  std::uint64_t position = kNoPosition;  // in the request ring, of the input that a line answers
  std::uint64_t check = 0;               // the ring's, of header, payload and place in the ring
};
static_assert(sizeof(OutputSum) == 24);

// Of a record with this check sum. Throws CorruptSegment when it is no such record.
OutputSum sum_of(const Record& output, std::uint64_t check);
// Of one that stands in no ring, as if it stood there.
OutputSum sum_at(const Record& output, std::uint64_t ring_position);

struct Beginning {
  std::uint64_t incarnation = 0;
  std::uint64_t seed = 0;
  std::int64_t at_ns = 0;           // on the clock of all times in the recording
  std::int64_t unix_ns_at_0 = 0;    // that clock's 0; recordings of a run are merged by it
  std::uint64_t first_input = 0;    // number of the next input
  std::uint64_t journal_bytes = 0;  // that the node goes on from
};
static_assert(sizeof(Beginning) == 48);

// All that a recording's begin record says. `arguments` make add_worker_options (common/options)
// parse the worker's options.
struct BeginRecord {
  Beginning fixed;
  std::string node;
  std::string version;  // of the program that wrote the recording
  std::vector<std::string> arguments;
};

// Why a worker ended. As in the supervisor's death_tally.h.
enum class Cause : std::uint32_t { chaos, hang, outside, no_room, crash, asked, count_ };

// Where the workers stand: as a worker starts, and as its death is certain.
struct WorkerMark {
  std::uint64_t generation = 0;
  std::int64_t at_ns = 0;
  // Of the commit record (common/shm/commit.h).
  std::uint64_t inputs = 0;
  std::uint64_t journal_region = 0;
  std::uint64_t journal_end = 0;
  std::uint64_t journal_check = 0;
  std::uint64_t snapshot_inputs = 0;
  std::uint64_t turned_away = 0;
  // Of the segment; ring positions, or all ones for none.
  std::uint64_t poison_position = 0;
  std::uint64_t no_room_position = 0;
  std::uint64_t running_position = 0;
  // Of a dead worker.
  std::int32_t wait_status = 0;
  Cause cause = Cause::asked;
};
static_assert(sizeof(WorkerMark) == 96);

std::string to_payload(const BeginRecord& begin);
// Throws CorruptSegment when it is no such payload.
BeginRecord begin_from(std::string_view payload);

// Where the file name of a recording ends.
inline constexpr std::string_view kExtension = ".recording";

}  // namespace hearsay::recording
