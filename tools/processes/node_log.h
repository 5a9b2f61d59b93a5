// What a node writes to stderr, on its way from a pipe into its log file.
//
// A node may write without end: the file takes kMostBytes, the rest is read, counted and thrown
// away. A file that takes nothing (a full disk, or the node put something else there) is no reason
// to end the run either. The file is opened to be appended to: a node that is started again goes on
// with it. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"

namespace hearsay::bench {

class NodeLog {
 public:
  static constexpr std::int64_t kMostBytes = std::int64_t{64} << 20U;
  // Of a longer line only the beginning is handed on.
  static constexpr std::size_t kLongestLineBytes = 65'536;
  using OnLine = std::function<void(std::string_view line)>;

  // `pipe`: the end to read from, non-blocking. Without a path there is no file.
  NodeLog(FileDescriptor pipe, OnLine on_line);
  NodeLog(FileDescriptor pipe, const std::string& path, OnLine on_line);

  int fd() const { return pipe_.get(); }
  // The beginning of a line whose end has not come.
  std::string_view unfinished_line() const { return line_; }
  // Reads once. False: there is nothing more now, or never more.
  bool read();
  // The pipe is at its end: every process that held it is gone.
  bool is_closed() const { return closed_; }
  // Reads what is there now, up to the limit once more.
  void drain();

  // What went past the file because that has its limit, and why it took no more ("": it did).
  std::int64_t dropped_bytes() const { return dropped_; }
  const std::string& write_error() const { return write_error_; }

 private:
  void keep(std::string_view text);
  void hand_on(std::string_view text);

  FileDescriptor pipe_;
  FileDescriptor file_;
  OnLine on_line_;
  std::string line_;  // the beginning of one
  bool closed_ = false;
  std::int64_t written_ = 0;
  std::int64_t dropped_ = 0;
  std::string write_error_;
};

}  // namespace hearsay::bench
