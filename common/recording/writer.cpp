#include "common/recording/writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "common/base/checksum.h"
#include "common/base/record.h"
#include "common/protocol/link.h"
#include "common/shm/checked_record.h"

namespace hearsay::recording {
namespace {

// Of the limit so much is kept for the record that says why nothing more follows.
constexpr std::uint64_t kLastWordsBytes = 512;
// A killed node leaves so much reserved at the most.
constexpr std::uint64_t kReservedAheadBytes = 1024 * 1024;

constexpr std::uint64_t kRingPieceBytes = shm::checked_bytes(sizeof(RingPiece));

FileHead make_head(const BeginRecord& begin) {
  FileHead head{kMagic, kFormatVersion, 0, 0, 0};
  head.id = checksum(bytes_of(begin.fixed));
  head.check = checksum(bytes_of(head).substr(0, offsetof(FileHead, check)));
  return head;
}

}  // namespace

RecordingWriter::RecordingWriter(FileDescriptor file, std::uint64_t limit_bytes,
                                 const BeginRecord& begin)
    : file_(std::move(file)), limit_bytes_(limit_bytes) {
  const FileHead head = make_head(begin);
  id_ = head.id;
  const std::string payload = to_payload(begin);
  make_room(sizeof head + shm::checked_bytes(payload.size()));
  bytes_of(head).copy(collected_.data(), sizeof head);
  collected_bytes_ = unwritten_bytes_ = sizeof head;
  append(RecordKind::begin, payload);
  unwritten_records_ = 1;
  if (!write_exactly()) throw_errno("writing the recording");
  forget_collected(Kept::yes);
}

// The collected bytes are the front of a string that only grows: nothing is filled with zeros that
// is written anyway. After this nothing needs memory until the write is over.
void RecordingWriter::make_room(std::uint64_t bytes) {
  if (collected_bytes_ + bytes > collected_.size()) {
    collected_.resize(2 * (collected_bytes_ + bytes));
  }
  elsewhere_.reserve(elsewhere_.size() + 1);
  pieces_.reserve(2 * elsewhere_.size() + 3);
}

void RecordingWriter::append_sealed(RecordHeader header, std::string_view payload,
                                    std::uint64_t seed) {
  const std::uint64_t bytes = shm::checked_bytes(payload.size());
  char* const record = collected_.data() + collected_bytes_;
  std::memset(record + bytes - 2 * sizeof(std::uint64_t), 0, sizeof(std::uint64_t));  // the gap
  std::memcpy(record, &header, sizeof header);
  payload.copy(record + sizeof header, payload.size());
  shm::seal(reinterpret_cast<std::byte*>(record), header, payload, seed);
  collected_bytes_ += bytes;
  unwritten_bytes_ += bytes;
}

void RecordingWriter::append(RecordKind kind, std::string_view payload) {
  append_sealed(header_of({static_cast<std::uint16_t>(kind), 0, payload}), payload,
                written_ + unwritten_bytes_ + id_);
}

template <typename Append>
void RecordingWriter::collect(std::uint64_t here, std::uint64_t there, std::uint64_t records,
                              Append&& append) noexcept {
  if (stopped_) {
    missed_ += records;
    return;
  }
  if (written_ + unwritten_bytes_ + here + there + kLastWordsBytes > limit_bytes_) {
    missed_ += records;
    return stop("its limit is reached (--record-limit-mib)");
  }
  try {
    make_room(here);
  } catch (const std::bad_alloc&) {
    missed_ += records;
    return stop("no memory");
  }
  append();
  unwritten_records_ += records;
}

void RecordingWriter::collect(RecordKind kind, std::string_view payload) noexcept {
  collect(shm::checked_bytes(payload.size()), 0, 1, [&] { append(kind, payload); });
}

void RecordingWriter::inputs(const RingPiece& piece, const std::byte* bytes,
                             std::uint64_t records) noexcept {
  collect(kRingPieceBytes, piece.bytes, records, [&] {
    append(RecordKind::input, bytes_of(piece));
    elsewhere_.push_back({collected_bytes_, {reinterpret_cast<const char*>(bytes), piece.bytes}});
    unwritten_bytes_ += piece.bytes;
  });
}

void RecordingWriter::input(std::uint64_t position, std::uint16_t kind, std::uint16_t flags,
                            std::string_view payload) noexcept {
  const std::uint64_t bytes = shm::checked_bytes(payload.size());
  collect(kRingPieceBytes + bytes, 0, 1, [&] {
    append(RecordKind::input, bytes_of(RingPiece{position, 0, bytes}));
    append_sealed(header_of({kind, flags, payload}), payload, position);
  });
}

void RecordingWriter::output(std::uint64_t ring_position, const OutputSum& sum) noexcept {
  if (ring_position != outputs_end_ || sums_count_ == kMostSums) collect_outputs();
  if (sums_count_ == 0) outputs_.begin = ring_position;
  outputs_.sums[sums_count_++] = sum;
  outputs_end_ = ring_position + shm::checked_bytes(sum.header.length);
}

void RecordingWriter::collect_outputs() noexcept {
  if (sums_count_ == 0) return;
  const std::uint64_t count = std::exchange(sums_count_, 0);
  const std::string_view payload =
      bytes_of(outputs_).substr(0, sizeof outputs_ - (kMostSums - count) * sizeof(OutputSum));
  collect(shm::checked_bytes(payload.size()), 0, count,
          [&] { append(RecordKind::output, payload); });
}

// In pieces of a size that readers take.
void RecordingWriter::journal(std::string_view journal) noexcept {
  while (!journal.empty() && !stopped_) {
    const std::string_view piece = journal.substr(0, protocol::kLongestPayloadBytes);
    collect(RecordKind::journal, piece);
    journal.remove_prefix(piece.size());
    flush();
  }
}

void RecordingWriter::worker_started(const WorkerMark& mark) noexcept {
  collect_outputs();
  collect(RecordKind::worker_started, bytes_of(mark));
}

void RecordingWriter::worker_ended(const WorkerMark& mark) noexcept {
  collect_outputs();
  collect(RecordKind::worker_ended, bytes_of(mark));
}

void RecordingWriter::ended(const WorkerMark& mark) noexcept {
  collect_outputs();
  collect(RecordKind::ended, bytes_of(mark));
  flush();
  static_cast<void>(!::ftruncate(file_.get(), static_cast<off_t>(written_)));
}

std::string RecordingWriter::damage() const {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) return std::strerror(errno);
  if (status.st_nlink == 0) return "somebody removed the file meanwhile";
  // Cut short and written on, it begins with a hole.
  char first = 0;
  const bool is_cut = static_cast<std::uint64_t>(status.st_size) < written_ ||
                      ::pread(file_.get(), &first, 1, 0) != 1 || first == 0;
  return is_cut ? "somebody cut the file short meanwhile" : "";
}

bool RecordingWriter::write_exactly() noexcept {
  pieces_.clear();
  std::uint64_t at = 0;
  for (const Elsewhere& each : elsewhere_) {
    pieces_.push_back({collected_.data() + at, each.behind - at});
    pieces_.push_back({const_cast<char*>(each.bytes.data()), each.bytes.size()});
    at = each.behind;
  }
  pieces_.push_back({collected_.data() + at, collected_bytes_ - at});
  std::size_t first = 0;
  for (std::uint64_t left = unwritten_bytes_; left > 0;) {
    const ssize_t count =
        ::writev(file_.get(), &pieces_[first], static_cast<int>(pieces_.size() - first));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    left -= static_cast<std::uint64_t>(count);
    auto written = static_cast<std::size_t>(count);
    while (left > 0 && written >= pieces_[first].iov_len) written -= pieces_[first++].iov_len;
    pieces_[first].iov_base = static_cast<char*>(pieces_[first].iov_base) + written;
    pieces_[first].iov_len -= written;
  }
  return true;
}

void RecordingWriter::forget_collected(Kept kept) {
  (kept == Kept::yes ? records_ : missed_) += std::exchange(unwritten_records_, 0);
  if (kept == Kept::yes) written_ += unwritten_bytes_;
  collected_bytes_ = unwritten_bytes_ = 0;
  elsewhere_.clear();
}

// The file's size stays what it is. Where there is no room, or nothing can be reserved, the write
// says the rest.
void RecordingWriter::reserve() noexcept {
  if (written_ + unwritten_bytes_ <= reserved_) return;
  static_cast<void>(::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(written_),
                                static_cast<off_t>(unwritten_bytes_ + kReservedAheadBytes)));
  reserved_ = written_ + unwritten_bytes_ + kReservedAheadBytes;
}

void RecordingWriter::write_collected() noexcept {
  reserve();
  if (write_exactly()) return forget_collected(Kept::yes);
  const char* const why = std::strerror(errno);
  forget_collected(Kept::no);
  // Half a record must not stay; and where it was, there may be room for the last words.
  const bool cut = ::ftruncate(file_.get(), static_cast<off_t>(written_)) == 0 &&
                   ::lseek(file_.get(), static_cast<off_t>(written_), SEEK_SET) >= 0;
  if (stopped_ || !cut) {
    stopped_ = true;
    if (why_.empty()) why_ = why;
    return;
  }
  stop(why);
  write_collected();
}

void RecordingWriter::stop(const char* why) noexcept {
  stopped_ = true;
  try {
    why_ = why;
    make_room(shm::checked_bytes(why_.size()));
    append(RecordKind::stopped, why_);  // no record that counts: it records nothing
  } catch (const std::bad_alloc&) {
    // Then the file does not say it; the trace does.
  }
}

}  // namespace hearsay::recording
