// Programs that are measured: started, spoken with, and buried.
//
// A child dies with this process. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file_descriptor.h"

namespace hearsay::measure {

// A program with pipes on stdin and stdout, and nothing on stderr. It is killed, if it has not
// ended, when this is destroyed. Throws std::system_error.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  int input() const { return input_.get(); }
  int output() const { return output_.get(); }
  // Both wait. Throw Unmeasured when the program has gone.
  void write(std::string_view text);
  std::string read_line();
  // Closes stdin and waits for the end.
  void end();

 private:
  pid_t pid_;
  FileDescriptor input_;
  FileDescriptor output_;
  std::string unread_;
};

// What a program prints. Throws Unmeasured when it fails.
std::string output_of(const std::vector<std::string>& command);

}  // namespace hearsay::measure
