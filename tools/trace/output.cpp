#include "tools/trace/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/log_file.h"

namespace hearsay::traces {
namespace {

constexpr std::size_t kPieceToWrite = 64 * 1024;

bool is_read_along(std::FILE* file) {
  return bench::is_piped(file) || ::isatty(::fileno(file)) == 1;
}

[[noreturn]] void refuse(const std::string& path) {
  const std::string name = path.empty() ? "to stdout" : bench::printable(path);
  throw TraceProblem(fmt::format("can't write {}: {}", name, std::strerror(errno)));
}

}  // namespace

Output::Output(std::string path, const std::vector<std::filesystem::path>& inputs)
    : path_(std::move(path)) {
  std::error_code ignored;
  for (const std::filesystem::path& input : inputs) {
    if (path_.empty() || !std::filesystem::equivalent(path_, input, ignored)) continue;
    throw TraceProblem(
        fmt::format("{} is one of the logs that are read: --output names another file",
                    bench::printable(path_)));
  }
}

Output::~Output() {
  if (!waiting_.empty()) {
    try {
      put();
    } catch (const TraceProblem&) {  // somebody else's words end the command
    }
  }
  if (path_.empty()) {
    std::fflush(stdout);
  } else if (file_ != nullptr) {
    std::fclose(file_);
  }
}

std::FILE* Output::file() {
  if (file_ == nullptr) file_ = path_.empty() ? stdout : std::fopen(path_.c_str(), "we");
  if (file_ == nullptr) refuse(path_);
  return file_;
}

// What waits. False: not all of it was taken.
bool Output::put() {
  if (!waiting_.empty() && is_read_along(file())) bench::end_progress();
  const bool good = std::fwrite(waiting_.data(), 1, waiting_.size(), file()) == waiting_.size();
  waiting_.clear();
  return good;
}

void Output::write(std::string_view text) {
  waiting_ += text;
  if (waiting_.size() >= kPieceToWrite && !put()) refuse(path_);
}

void Output::flush() {
  const bool good = put();
  if (!good || std::fflush(file()) != 0) refuse(path_);
}

}  // namespace hearsay::traces
