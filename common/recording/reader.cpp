#include "common/recording/reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/checksum.h"
#include "common/shm/checked_record.h"

namespace hearsay::recording {
namespace {

constexpr std::uint64_t kReadBytes = 256 * 1024;

std::uint64_t size_of_regular(const FileDescriptor& file, const std::string& path) {
  struct stat status {};
  check_syscall(::fstat(file.get(), &status), path);
  if (S_ISDIR(status.st_mode)) throw BadRecording(path + " is a directory");
  if (!S_ISREG(status.st_mode)) throw BadRecording(path + " is no file, but a pipe or a device");
  if (status.st_size == 0) {
    throw BadRecording(path + " is empty: its node got no message, or found no room on the disk");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

std::string at_byte(std::uint64_t offset) {
  return "the record at byte " + std::to_string(offset);
}

}  // namespace

std::int64_t RecordedInput::taken_ns() const {
  std::string_view rest = payload;
  return take<protocol::InputHeader>(rest).taken_ns;
}

RecordingReader::RecordingReader(const std::string& path) : path_(path) {
  file_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file_.valid()) throw BadRecording(path + ": " + std::strerror(errno));
  size_ = size_of_regular(file_, path_);
  read_head();
  read_begin();
}

void RecordingReader::read_head() {
  const std::string_view bytes = look(sizeof(FileHead));
  FileHead head{};
  std::memcpy(&head, bytes.data(), bytes.size());
  const std::string_view magic(kMagic.data(), kMagic.size());
  const std::string_view there = bytes.substr(0, magic.size());
  if (there != magic.substr(0, there.size())) throw BadRecording(path_ + " is not a recording");
  if (bytes.size() < sizeof head) {
    throw BadRecording(path_ + " is cut off in its first " + std::to_string(sizeof head) +
                       " bytes: nothing of it can be replayed");
  }
  if (head.check != checksum(bytes.substr(0, offsetof(FileHead, check)))) {
    throw BadRecording(path_ + " is damaged in its first " + std::to_string(sizeof head) +
                       " bytes: nothing of it can be replayed");
  }
  if (head.version != kFormatVersion) {
    throw BadRecording(path_ + " has the format " + std::to_string(head.version) +
                       ", this program reads " + std::to_string(kFormatVersion) +
                       ": replay it with the version of hearsay that recorded it");
  }
  id_ = head.id;
  place_.at = sizeof head;
}

void RecordingReader::read_begin() {
  const auto entry = next();
  if (!entry || entry->kind != RecordKind::begin) {
    throw BadRecording(path_ + ": " +
                       (entry             ? at_byte(sizeof(FileHead)) + " is no beginning"
                        : damage_.empty() ? "there is nothing but a head"
                                          : damage_) +
                       ": nothing of it can be replayed");
  }
  begin_ = begin_from(entry->payload);
}

std::string_view RecordingReader::look(std::uint64_t bytes) {
  const std::uint64_t used = place_.at - buffer_at_;
  if (buffer_.size() - used < bytes) {
    buffer_.erase(0, used);
    buffer_at_ = place_.at;
    std::uint64_t have = buffer_.size();
    buffer_.resize(std::max(bytes, kReadBytes));
    while (have < buffer_.size()) {
      const ssize_t count = ::pread(file_.get(), buffer_.data() + have, buffer_.size() - have,
                                    static_cast<off_t>(buffer_at_ + have));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw_errno("reading " + path_);
      if (count == 0) break;
      have += static_cast<std::uint64_t>(count);
    }
    buffer_.resize(have);
  }
  return std::string_view(buffer_).substr(place_.at - buffer_at_, bytes);
}

void RecordingReader::go_to(const Place& place) {
  place_ = place;
  buffer_at_ = place.at;
  buffer_.clear();
  damage_.clear();
}

std::nullopt_t RecordingReader::end_with(std::string damage) {
  damage_ = std::move(damage);
  return std::nullopt;
}

std::optional<Record> RecordingReader::next_record(std::uint64_t seed) {
  const std::string_view start = look(kRecordHeaderBytes);
  if (start.size() < kRecordHeaderBytes) return end_with(at_byte(place_.at) + " is cut off");
  RecordHeader header{};
  std::memcpy(&header, start.data(), sizeof header);
  const std::uint64_t bytes = shm::checked_bytes(header.length);
  if (header.length > kLongestPayloadBytes) {
    return end_with(at_byte(place_.at) + " is damaged: it claims " + std::to_string(header.length) +
                    " bytes");
  }
  const std::string_view whole = look(bytes);
  if (whole.size() < bytes) {
    return end_with(at_byte(place_.at) + " is cut off: " + std::to_string(whole.size()) +
                    " of its " + std::to_string(bytes) + " bytes are there");
  }
  const auto* record = reinterpret_cast<const std::byte*>(whole.data());
  if (!shm::is_sealed(record, header.length, seed)) {
    return end_with(at_byte(place_.at) +
                    " is damaged, or belongs to another recording: its check sum "
                    "does not match");
  }
  place_.at += bytes;
  return Record{header.kind, header.flags, whole.substr(kRecordHeaderBytes, header.length)};
}

std::optional<Entry> RecordingReader::next_input() {
  const std::uint64_t begin = place_.at;
  const std::uint64_t position = place_.left.position;
  const auto record = next_record(position + place_.left.padding);
  if (!record) return std::nullopt;
  const std::uint64_t bytes = place_.at - begin;
  if (bytes > place_.left.bytes) {
    return end_with(at_byte(begin) + " is longer than the piece of a ring that it stands in");
  }
  place_.left.position += place_.left.padding + bytes;
  place_.left.padding = 0;
  place_.left.bytes -= bytes;
  return Entry{RecordKind::input, record->payload, record->kind, record->flags, position};
}

std::optional<Entry> RecordingReader::next() {
  if (!damage_.empty()) return std::nullopt;
  if (place_.left.bytes > 0) return next_input();
  const std::uint64_t begin = place_.at;
  if (look(1).empty()) return std::nullopt;
  const auto record = next_record(begin + id_);
  if (!record) return std::nullopt;
  if (record->kind == 0 || record->kind > static_cast<std::uint16_t>(RecordKind::last_)) {
    return end_with(at_byte(begin) + " is of an unknown kind");
  }
  const auto kind = static_cast<RecordKind>(record->kind);
  if (kind != RecordKind::input) return Entry{kind, record->payload};
  std::string_view piece = record->payload;
  place_.left = take<RingPiece>(piece);
  return next_input();
}

std::optional<RecordedOutput> RecordedOutputs::next() {
  if (rest_.empty()) return std::nullopt;
  const RecordedOutput output{position_, take<OutputSum>(rest_)};
  position_ += shm::checked_bytes(output.sum.header.length);
  return output;
}

RecordedInput input_of(const Entry& entry) {
  return {entry.position, static_cast<protocol::InputKind>(entry.input_kind), entry.flags,
          entry.payload};
}

WorkerMark mark_of(const Entry& entry) {
  std::string_view payload = entry.payload;
  return take<WorkerMark>(payload);
}

}  // namespace hearsay::recording
