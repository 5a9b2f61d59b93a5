#include "tools/trace/log_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/units.h"
#include "tools/experiment/network/foreign_text.h"

namespace hearsay::traces {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
// Between two processes lines may change places; by more than this, the clock was set.
constexpr std::int64_t kLatestNs = kNsPerSecond;

}  // namespace

LogFile::LogFile(const std::filesystem::path& path)
    : path_(path),
      stem_(path.stem()),
      fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      buffer_(kPieceBytes + kPaddingBytes) {
  if (!fd_.valid()) {
    throw TraceProblem(
        fmt::format("can't read {}: {}", bench::printable(path.string()), std::strerror(errno)));
  }
}

bool LogFile::next() {
  while (true) {
    const void* feed = std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
    if (feed == nullptr) {
      scanned_ = end_;
      if (!read_more()) return false;
      continue;
    }
    const auto at = static_cast<std::size_t>(static_cast<const char*>(feed) - buffer_.data());
    const std::string_view line(buffer_.data() + begin_, at - begin_);
    begin_ = scanned_ = at + 1;
    if (take_line(line)) return true;
  }
}

bool LogFile::read_more() {
  if (end_ - begin_ > kLongestLineBytes) {  // nothing of ours: forget it up to its end
    passing_over_ = true;
    begin_ = scanned_ = end_;
  }
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  scanned_ -= begin_;
  begin_ = 0;
  ssize_t count = 0;
  do {
    count = ::read(fd_.get(), buffer_.data() + end_, kPieceBytes - end_);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    throw TraceProblem(
        fmt::format("can't read {}: {}", bench::printable(path_.string()), std::strerror(errno)));
  }
  notes_.cut_off = end_ > 0 || passing_over_;
  end_ += static_cast<std::size_t>(count);
  notes_.bytes += count;
  return count > 0;
}

bool LogFile::take_line(std::string_view line) {
  if (passing_over_) {
    passing_over_ = false;
    ++notes_.foreign_lines;
    return false;
  }
  const LineKind kind = parser_.parse(line, event_);
  if (kind == LineKind::foreign && !line.empty()) ++notes_.foreign_lines;
  if (kind == LineKind::unknown_event) ++notes_.unknown_events;
  if (kind != LineKind::event) return false;
  if (event_.node_name.empty()) event_.node_name = stem_;
  keep_time();
  ++notes_.events;
  return true;
}

void LogFile::keep_time() {
  const auto [last, is_new] = last_ns_.try_emplace(event_.pid, latest_ns_ - kLatestNs);
  const std::int64_t limit_ns =
      is_new || notes_.events == 0 ? latest_ns_ - kLatestNs : last->second;
  std::int64_t time_ns = event_.ts_ns + moved_ns_;
  if (notes_.events > 0 && time_ns < limit_ns) {
    const std::int64_t step_ns = limit_ns - time_ns;
    ++notes_.clock_steps;
    notes_.largest_step_ns = std::max(notes_.largest_step_ns, step_ns);
    moved_ns_ += latest_ns_ - time_ns;
    time_ns = latest_ns_;
  }
  last->second = time_ns;
  latest_ns_ = std::max(latest_ns_, time_ns);
  event_.time_ns = time_ns;
}

}  // namespace hearsay::traces
