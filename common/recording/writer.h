// Writes a recording (format.h).
//
// All but flush(), journal() and ended() only collect; flush() writes what was collected, with one
// writev(2) into blocks that were reserved before (measured: half the time; stores into a mapping
// cost more). Who flushes before it publishes loses nothing that anybody has seen, whenever it is
// killed: the file's pages belong to the kernel. A power cut is not provided for.
//
// Never harms who records: nothing here throws but the constructor. When the file can't grow (the
// limit is reached, the disk is full, there is no memory), the recording stops for good, says why
// in its last record if there is room for that, and counts what it misses. Not thread-safe.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"
#include "common/base/record.h"
#include "common/recording/format.h"

namespace hearsay::recording {

class RecordingWriter {
 public:
  // `file` is empty. Throws std::system_error when the beginning can't be written.
  RecordingWriter(FileDescriptor file, std::uint64_t limit_bytes, const BeginRecord& begin);

  void journal(std::string_view journal) noexcept;
  void worker_started(const WorkerMark& mark) noexcept;
  void worker_ended(const WorkerMark& mark) noexcept;
  // So many records of the request ring, as they lie there; the bytes stay until flush().
  void inputs(const RingPiece& piece, const std::byte* bytes, std::uint64_t records) noexcept;
  // For who has no ring: one record of it.
  void input(std::uint64_t position, std::uint16_t kind, std::uint16_t flags,
             std::string_view payload) noexcept;
  // At this position in the reply ring.
  void output(std::uint64_t ring_position, const OutputSum& sum) noexcept;
  void ended(const WorkerMark& mark) noexcept;

  void flush() noexcept {
    collect_outputs();
    if (collected_bytes_ > 0) write_collected();
  }

  bool stopped() const { return stopped_; }
  const std::string& why_stopped() const { return why_; }
  // What somebody else did to the file meanwhile, in words; empty: what was written stands there.
  std::string damage() const;
  std::uint64_t bytes() const { return written_; }
  std::uint64_t records() const { return records_; }
  std::uint64_t missed() const { return missed_; }

 private:
  static constexpr std::size_t kMostSums = 1024;
  // What lies elsewhere, and behind how many bytes of `collected_` it goes.
  struct Elsewhere {
    std::uint64_t behind;
    std::string_view bytes;
  };

  // Appends what needs so many bytes here and elsewhere, if there is room for it.
  template <typename Append>
  void collect(std::uint64_t here, std::uint64_t there, std::uint64_t records,
               Append&& append) noexcept;
  void collect(RecordKind kind, std::string_view payload) noexcept;
  void collect_outputs() noexcept;
  void make_room(std::uint64_t bytes);
  void append(RecordKind kind, std::string_view payload);
  void append_sealed(RecordHeader header, std::string_view payload, std::uint64_t seed);
  enum class Kept { no, yes };
  void forget_collected(Kept kept);
  void write_collected() noexcept;
  void reserve() noexcept;
  bool write_exactly() noexcept;
  void stop(const char* why) noexcept;

  FileDescriptor file_;
  std::uint64_t limit_bytes_;
  std::uint64_t id_;
  std::string collected_;  // its front
  std::uint64_t collected_bytes_ = 0;
  std::vector<Elsewhere> elsewhere_;
  struct Outputs {
    std::uint64_t begin = 0;                  // in the reply ring
    std::array<OutputSum, kMostSums> sums{};  // their front
  };
  Outputs outputs_;
  std::size_t sums_count_ = 0;
  std::uint64_t outputs_end_ = 0;      // in the reply ring
  std::vector<iovec> pieces_;          // of what is collected, in order
  std::uint64_t unwritten_bytes_ = 0;  // collected here and elsewhere
  std::uint64_t unwritten_records_ = 0;
  std::uint64_t written_ = 0;  // bytes in the file
  std::uint64_t reserved_ = 0;
  std::uint64_t records_ = 0;  // in the file
  std::uint64_t missed_ = 0;   // records that are not
  bool stopped_ = false;
  std::string why_;
};

}  // namespace hearsay::recording
