// Reads a recording (format.h), from the front, in constant memory.
//
// A file that is no recording of this format is refused by the constructor, in words. Behind that,
// next() gives what is whole: up to the end, or to the first record that is cut off, damaged, or of
// another recording; damage() says which. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"
#include "common/base/record.h"
#include "common/protocol/link.h"
#include "common/recording/format.h"

namespace hearsay::recording {

// what() begins with the file's name.
class BadRecording : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One record, whatever it says. The views die with the next one.
struct Entry {
  RecordKind kind;
  std::string_view payload;
  // Of an input: what it is in the request ring, and where.
  std::uint16_t input_kind = 0;
  std::uint16_t flags = 0;
  std::uint64_t position = 0;
};

struct RecordedInput {
  std::uint64_t position;  // in the request ring
  protocol::InputKind kind;
  std::uint16_t flags;
  std::string_view payload;

  std::int64_t taken_ns() const;
};

class RecordingReader {
 public:
  // Throws BadRecording, std::system_error.
  explicit RecordingReader(const std::string& path);

  const BeginRecord& begin() const { return begin_; }
  std::optional<Entry> next();
  // Empty, or why next() ended where it did: "cut off within ...", "damaged at byte ...".
  const std::string& damage() const { return damage_; }
  // Between two entries.
  struct Place {
    std::uint64_t at = 0;  // bytes read so far
    RingPiece left;        // inputs that still come
  };
  const Place& place() const { return place_; }
  // Back to where place() was, or on to where it will be.
  void go_to(const Place& place);
  // Bytes of the whole file as it was when it was opened.
  std::uint64_t size() const { return size_; }

 private:
  void read_head();
  void read_begin();
  std::optional<Entry> next_input();
  // A record that is sealed with this.
  std::optional<Record> next_record(std::uint64_t seed);
  // The bytes from here on, so many, or fewer at the end of the file.
  std::string_view look(std::uint64_t bytes);
  std::nullopt_t end_with(std::string damage);

  std::string path_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
  Place place_;
  std::uint64_t id_ = 0;
  std::string buffer_;
  std::uint64_t buffer_at_ = 0;  // where in the file it begins
  BeginRecord begin_;
  std::string damage_;
};

struct RecordedOutput {
  std::uint64_t ring_position;
  OutputSum sum;
};

// Of an output entry, one after the other.
class RecordedOutputs {
 public:
  RecordedOutputs() = default;
  explicit RecordedOutputs(std::string_view payload)
      : position_(take<std::uint64_t>(payload)), rest_(payload) {}
  std::optional<RecordedOutput> next();
  std::uint64_t left() const { return rest_.size() / sizeof(OutputSum); }

 private:
  std::uint64_t position_ = 0;
  std::string_view rest_;
};

// Of entries of these kinds.
RecordedInput input_of(const Entry& entry);
WorkerMark mark_of(const Entry& entry);

}  // namespace hearsay::recording
