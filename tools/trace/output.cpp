#include "tools/trace/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

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

Output::Output(std::string path)
    : path_(std::move(path)), file_(path_.empty() ? stdout : std::fopen(path_.c_str(), "we")) {
  if (file_ == nullptr) refuse(path_);
}

Output::~Output() {
  put();
  if (path_.empty()) {
    std::fflush(file_);
  } else {
    std::fclose(file_);
  }
}

// What waits. False: not all of it was taken.
bool Output::put() {
  if (!waiting_.empty() && is_read_along(file_)) bench::end_progress();
  const bool good = std::fwrite(waiting_.data(), 1, waiting_.size(), file_) == waiting_.size();
  waiting_.clear();
  return good;
}

void Output::write(std::string_view text) {
  waiting_ += text;
  if (waiting_.size() >= kPieceToWrite && !put()) refuse(path_);
}

void Output::flush() {
  const bool good = put();
  if (!good || std::fflush(file_) != 0) refuse(path_);
}

}  // namespace hearsay::traces
