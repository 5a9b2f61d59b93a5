#include "tests/support/trace_check.h"

#include <array>
#include <cstdio>
#include <fstream>

#include "tests/support/node_runner.h"
#include "tests/support/sanitized.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {

std::string check_traces(const std::map<std::string, std::string>& logs) {
  if (kSanitized) return "";
  const TemporaryFolder folder;
  for (const auto& [node, text] : logs) std::ofstream(folder.path() / (node + ".log")) << text;
  const std::string command =
      built_program("hearsay").string() + " trace check " + folder.path().string() + " 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return "no shell for " + command;
  std::string output;
  std::array<char, 4096> chunk{};
  while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    output.append(chunk.data(), count);
  }
  return ::pclose(pipe) == 0 ? "" : output;
}

}  // namespace hearsay::test
