// Writes a recording (format.h).
//
// append() only collects; flush() writes what was collected, with one write(2) into blocks that
// were reserved before (measured: half the time; stores into a mapping cost more). Who flushes
// before it publishes loses nothing that anybody has seen, whenever it is killed: the file's pages
// belong to the kernel. A power cut is not provided for.
//
// Never harms who records: nothing here throws but the constructor. When the file can't grow (the
// limit is reached, the disk is full, there is no memory), the recording stops for good, says why
// in its last record if there is room for that, and counts what it misses. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"
#include "common/recording/format.h"

namespace hearsay::recording {

class RecordingWriter {
 public:
  // `file` is empty. Throws std::system_error when the beginning can't be written.
  RecordingWriter(FileDescriptor file, std::uint64_t limit_bytes, const BeginRecord& begin);

  void journal(std::string_view journal) noexcept;
  void worker_started(const WorkerMark& mark) noexcept;
  void worker_ended(const WorkerMark& mark) noexcept;
  void input(std::uint64_t position, std::uint16_t kind, std::uint16_t flags,
             std::string_view payload) noexcept;
  void output(std::uint16_t kind, std::uint16_t flags, std::string_view payload) noexcept;
  void ended(const WorkerMark& mark) noexcept;

  void flush() noexcept {
    if (collected_bytes_ > 0) write_collected();
  }

  bool stopped() const { return stopped_; }
  const std::string& why_stopped() const { return why_; }
  std::uint64_t bytes() const { return written_; }
  std::uint64_t records() const { return records_; }
  std::uint64_t missed() const { return missed_; }

 private:
  void append(std::uint16_t kind, std::uint16_t flags, std::string_view head,
              std::string_view rest) noexcept;
  void append_sealed(std::uint16_t kind, std::uint16_t flags, std::string_view head,
                     std::string_view rest);
  std::string_view collected() const {
    return std::string_view(collected_).substr(0, collected_bytes_);
  }
  enum class Kept { no, yes };
  void forget_collected(Kept kept);
  void write_collected() noexcept;
  void reserve() noexcept;
  bool write_exactly(std::string_view bytes) noexcept;
  void stop(const char* why) noexcept;

  FileDescriptor file_;
  std::uint64_t limit_bytes_;
  std::uint64_t id_;
  std::string collected_;  // its front
  std::uint64_t collected_bytes_ = 0;
  std::uint64_t collected_records_ = 0;
  std::uint64_t written_ = 0;  // bytes in the file
  std::uint64_t reserved_ = 0;
  std::uint64_t records_ = 0;  // in the file
  std::uint64_t missed_ = 0;   // records that are not
  bool stopped_ = false;
  std::string why_;
};

}  // namespace hearsay::recording
