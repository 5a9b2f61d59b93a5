// Where a command's answer goes: stdout or a file, in large pieces. From the first piece on that
// goes where somebody reads along, no line tells of the progress. Not thread-safe.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace hearsay::traces {

class Output {
 public:
  // Empty: stdout. Throws TraceProblem.
  explicit Output(std::string path = "");
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  template <typename... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    write(fmt::format(format, std::forward<Values>(values)...));
    write("\n");
  }
  // All is where it belongs. Throws TraceProblem.
  void flush();

 private:
  bool put();

  std::string path_;
  std::FILE* file_;
  std::string waiting_;
};

}  // namespace hearsay::traces
