#include "tools/processes/node_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "tools/console/own_file.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kLogChunkBytes = 65'536;

}  // namespace

NodeLog::NodeLog(FileDescriptor pipe, OnLine on_line)
    : pipe_(std::move(pipe)), on_line_(std::move(on_line)) {}

NodeLog::NodeLog(FileDescriptor pipe, const std::string& path, OnLine on_line)
    : NodeLog(std::move(pipe), std::move(on_line)) {
  OwnFile own = append_to_own_file(path);
  file_ = std::move(own.file);
  write_error_ = std::move(own.problem);
  struct stat status {};
  if (::fstat(file_.get(), &status) == 0) written_ = status.st_size;
}

bool NodeLog::read() {
  std::array<char, kLogChunkBytes> chunk;  // left as it is, as in NodeProcess
  const ssize_t count = ::read(pipe_.get(), chunk.data(), chunk.size());
  if (count < 0) return errno == EINTR;
  if (count == 0) {
    closed_ = true;
    return false;
  }
  const std::string_view text(chunk.data(), static_cast<std::size_t>(count));
  keep(text);
  hand_on(text);
  return true;
}

void NodeLog::drain() {
  for (std::int64_t i = 0; i < kMostBytes / static_cast<std::int64_t>(kLogChunkBytes); ++i) {
    if (!read()) return;
  }
}

void NodeLog::keep(std::string_view text) {
  const auto room = static_cast<std::size_t>(std::max<std::int64_t>(0, kMostBytes - written_));
  std::string_view fits = text.substr(0, room);
  dropped_ += static_cast<std::int64_t>(text.size() - fits.size());
  while (!fits.empty() && file_.valid()) {
    const ssize_t count = ::write(file_.get(), fits.data(), fits.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      if (write_error_.empty()) write_error_ = std::strerror(errno);
      return;
    }
    written_ += count;
    fits.remove_prefix(static_cast<std::size_t>(count));
  }
}

void NodeLog::hand_on(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line_.append(text.substr(0, std::min(end, kLongestLineBytes - line_.size())));
    if (end == text.size()) return;
    on_line_(line_);
    line_.clear();
    text.remove_prefix(end + 1);
  }
}

}  // namespace hearsay::bench
