#include "tests/process/trace_check.h"

#ifdef HEARSAY_HAS_TOOLS

#include <exception>
#include <fstream>
#include <iterator>

#include "tests/support/temporary_folder.h"
#include "tools/trace/commands.h"

namespace hearsay::test {

// In this process: the kill tests ask thousands of times, and to start the program took longer than
// its work.
std::string check_traces(const std::map<std::string, std::string>& logs) {
  const TemporaryFolder folder;
  for (const auto& [node, text] : logs) std::ofstream(folder.path() / (node + ".log")) << text;
  traces::TraceOptions options;
  options.run = {folder.path()};
  options.output = folder.path() / "answer";
  try {
    if (traces::check_trace(options) == 0) return "";
  } catch (const std::exception& problem) {
    return problem.what();
  }
  std::ifstream answer(options.output);
  return {std::istreambuf_iterator<char>(answer), {}};
}

}  // namespace hearsay::test

#else

namespace hearsay::test {

std::string check_traces(const std::map<std::string, std::string>& /*logs*/) {
  return "";
}

}  // namespace hearsay::test

#endif
