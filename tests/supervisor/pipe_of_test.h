// A pipe between a test and what it tests. The test's ends never block.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {

class PipeOfTest {
 public:
  PipeOfTest() {
    std::array<int, 2> ends{};
    check_syscall(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), "pipe2");
    read_ = FileDescriptor(ends[0]);
    write_ = FileDescriptor(ends[1]);
  }

  int read_end() const { return read_.get(); }
  int write_end() const { return write_.get(); }
  void close_read_end() { read_.reset(); }
  void close_write_end() { write_.reset(); }
  void write(std::string_view bytes) const {
    const auto written = ::write(write_.get(), bytes.data(), bytes.size());
    check_syscall(static_cast<int>(written), "write");
  }
  // All that can be read now.
  std::string read() const {
    std::string all;
    std::array<char, 65536> chunk{};
    ssize_t got = 0;
    while ((got = ::read(read_.get(), chunk.data(), chunk.size())) > 0) {
      all.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  FileDescriptor read_;
  FileDescriptor write_;
};

}  // namespace hearsay::supervisor
