// What ps and top show as the name of this process.
//
// ps shows a process's arguments, so they are overwritten; top shows the short name that the kernel
// keeps, of 15 bytes: that is the title if it fits, else it stays the program's, so that pgrep
// finds it. What argv held must not be used any more once a title is set. Single-threaded; one a
// process.
#pragma once

#include <string>
#include <string_view>

namespace hearsay {

class ProcessTitle {
 public:
  ProcessTitle(int argc, char** argv);

  // The program's name, without its folder.
  const std::string& program() const { return program_; }
  // What is not printable ASCII becomes '?'. Cut to what the system shows.
  void set(std::string_view title);

 private:
  std::string program_;
  char* begin_;
  std::size_t room_;  // bytes of arguments
};

}  // namespace hearsay
