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
//   input + InputKind    u64 position in the request    before the worker can see it
//                        ring, the ring's payload
//   output + OutputKind  the reply ring's payload       before it is seen outside
//                        (of kind line, a block each, for what it names on the shelf)
//   stopped              text: why nothing follows      last, if so
//   ended                WorkerMark                     last, if the node came to its end
//
// Kinds and payloads of the rings: common/protocol/link.h. An input or output has the flags of its
// record in the ring. The inputs are numbered from Beginning::first_input on. An output belongs to
// an input further up; which one the reader learns by running the node again. A list of texts is a
// u32 count, then for each a u32 length and its bytes. Little-endian; no pointers.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::recording {

inline constexpr std::array<char, 16> kMagic{'h', 'e', 'a', 'r', 's', 'a', 'y',  '-',
                                             'r', 'e', 'c', 'o', 'r', 'd', '\n', '\0'};
inline constexpr std::uint32_t kFormatVersion = 2;
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
  input = 16,   // plus protocol::InputKind
  output = 32,  // plus protocol::OutputKind
  end_ = 48
};

// Longer ones are damage. A piece of the journal is as long as a ring's record at the most.
inline constexpr std::uint32_t kLongestPayloadBytes = 1024 * 1024;

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

inline constexpr std::uint64_t kNoPosition = ~std::uint64_t{0};

std::string to_payload(const BeginRecord& begin);
// Throws CorruptSegment when it is no such payload.
BeginRecord begin_from(std::string_view payload);

// Where the file name of a recording ends.
inline constexpr std::string_view kExtension = ".recording";

}  // namespace hearsay::recording
