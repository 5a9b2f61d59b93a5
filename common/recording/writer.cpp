#include "common/recording/writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

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

constexpr std::uint16_t number_of(RecordKind kind, std::uint16_t more = 0) {
  return static_cast<std::uint16_t>(static_cast<std::uint16_t>(kind) + more);
}

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
  if (!write_exactly(bytes_of(head))) throw_errno("writing the recording");
  written_ = sizeof head;
  append_sealed(number_of(RecordKind::begin), 0, {}, to_payload(begin));
  if (!write_exactly(collected())) throw_errno("writing the recording");
  forget_collected(Kept::yes);
}

// The collected bytes are the front of a string that only grows: nothing is filled with zeros that
// is written anyway.
void RecordingWriter::append_sealed(std::uint16_t kind, std::uint16_t flags, std::string_view head,
                                    std::string_view rest) {
  const std::uint64_t payload_bytes = head.size() + rest.size();
  const std::uint64_t bytes = shm::checked_bytes(payload_bytes);
  if (collected_bytes_ + bytes > collected_.size()) {
    collected_.resize(2 * (collected_bytes_ + bytes));
  }
  char* const record = collected_.data() + collected_bytes_;
  const RecordHeader header{static_cast<std::uint32_t>(payload_bytes), kind, flags};
  std::memset(record + bytes - 2 * sizeof(std::uint64_t), 0, sizeof(std::uint64_t));  // the gap
  std::memcpy(record, &header, sizeof header);
  head.copy(record + sizeof header, head.size());
  rest.copy(record + sizeof header + head.size(), rest.size());
  shm::seal(reinterpret_cast<std::byte*>(record), header,
            {record + sizeof header, static_cast<std::size_t>(payload_bytes)},
            written_ + collected_bytes_ + id_);
  collected_bytes_ += bytes;
  ++collected_records_;
}

void RecordingWriter::append(std::uint16_t kind, std::uint16_t flags, std::string_view head,
                             std::string_view rest) noexcept {
  if (stopped_) {
    ++missed_;
    return;
  }
  const std::uint64_t bytes = shm::checked_bytes(head.size() + rest.size());
  if (written_ + collected_bytes_ + bytes + kLastWordsBytes > limit_bytes_) {
    ++missed_;
    return stop("its limit is reached (--record-limit-mib)");
  }
  try {
    append_sealed(kind, flags, head, rest);
  } catch (const std::bad_alloc&) {
    ++missed_;
    stop("no memory");
  }
}

// In pieces of a size that readers take.
void RecordingWriter::journal(std::string_view journal) noexcept {
  while (!journal.empty() && !stopped_) {
    const std::string_view piece = journal.substr(0, protocol::kLongestPayloadBytes);
    append(number_of(RecordKind::journal), 0, {}, piece);
    journal.remove_prefix(piece.size());
    flush();
  }
}

void RecordingWriter::worker_started(const WorkerMark& mark) noexcept {
  append(number_of(RecordKind::worker_started), 0, bytes_of(mark), {});
}

void RecordingWriter::worker_ended(const WorkerMark& mark) noexcept {
  append(number_of(RecordKind::worker_ended), 0, bytes_of(mark), {});
}

void RecordingWriter::input(std::uint64_t position, std::uint16_t kind, std::uint16_t flags,
                            std::string_view payload) noexcept {
  append(number_of(RecordKind::input, kind), flags, bytes_of(position), payload);
}

void RecordingWriter::output(std::uint16_t kind, std::uint16_t flags,
                             std::string_view payload) noexcept {
  append(number_of(RecordKind::output, kind), flags, {}, payload);
}

void RecordingWriter::ended(const WorkerMark& mark) noexcept {
  append(number_of(RecordKind::ended), 0, bytes_of(mark), {});
  flush();
  static_cast<void>(!::ftruncate(file_.get(), static_cast<off_t>(written_)));
}

bool RecordingWriter::write_exactly(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RecordingWriter::forget_collected(Kept kept) {
  (kept == Kept::yes ? records_ : missed_) += std::exchange(collected_records_, 0);
  if (kept == Kept::yes) written_ += collected_bytes_;
  collected_bytes_ = 0;
}

// The file's size stays what it is. Where there is no room, or nothing can be reserved, the write
// says the rest.
void RecordingWriter::reserve() noexcept {
  if (written_ + collected_bytes_ <= reserved_) return;
  static_cast<void>(::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(written_),
                                static_cast<off_t>(collected_bytes_ + kReservedAheadBytes)));
  reserved_ = written_ + collected_bytes_ + kReservedAheadBytes;
}

void RecordingWriter::write_collected() noexcept {
  reserve();
  if (write_exactly(collected())) return forget_collected(Kept::yes);
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
    append_sealed(number_of(RecordKind::stopped), 0, {}, why_);
    --collected_records_;  // it records nothing
  } catch (const std::bad_alloc&) {
    // Then the file does not say it; the trace does.
  }
}

}  // namespace hearsay::recording
