// Text on its way into a stream that may not take it now: a pipe that nobody reads, a terminal that
// Ctrl-S has stopped. A bench that waited for a reader would keep its nodes waiting, too.
//
// write() never waits. What is not taken is kept, in its order, up to kMostBytes; what does not fit
// is dropped, and where it is missing stands how much. Not thread-safe; a fork has what is kept
// twice, unless finish() was called before.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"

namespace hearsay::bench {

class PatientStream {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20U;

  // Borrows the descriptor, which may come to be another file's (dup2). SIGPIPE must be ignored, or
  // end the process.
  explicit PatientStream(int fd) : fd_(fd) {}
  ~PatientStream() { finish(); }
  PatientStream(const PatientStream&) = delete;
  PatientStream& operator=(const PatientStream&) = delete;

  void write(std::string_view text);
  // Writes of what is kept as much as is taken now.
  void go_on();
  // Waits until all is taken, or the stream says that it takes nothing any more.
  void finish();
  bool is_behind() const { return !kept_.empty(); }

 private:
  // -1: for ever. False: it takes no more now.
  bool write_some(int timeout_ms);
  void note_dropped();

  // Of the same file, non-blocking where it can be.
  int target();

  int fd_;
  FileDescriptor reopened_;
  dev_t device_ = 0;  // of what was reopened
  ino_t inode_ = 0;
  std::string kept_;
  std::size_t written_ = 0;    // of kept_
  std::uint64_t dropped_ = 0;  // texts, since the last one that was kept
};

}  // namespace hearsay::bench
