// Where a command's answer goes: stdout or a file, in large pieces. From the first piece on that
// goes where somebody reads along, no line tells of the progress. Not thread-safe.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearsay::traces {

class Output {
 public:
  // Empty: stdout. A file is opened when there is something to write. Throws TraceProblem if it is
  // one of `inputs`, the files that are read.
  explicit Output(std::string path = "", const std::vector<std::filesystem::path>& inputs = {});
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
  std::FILE* file();

  std::string path_;
  std::FILE* file_ = nullptr;  // null: it is not open yet
  std::string waiting_;
};

}  // namespace hearsay::traces
