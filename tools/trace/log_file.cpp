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

// So many lines are sorted at a time; half of them then go out.
constexpr std::size_t kWindow = 1024;
constexpr std::size_t kPieceBytes = 64 * 1024;
// All that the window may hold, and a piece behind it.
constexpr std::size_t kBufferBytes = kPieceBytes * 4;
// Between two processes lines may change places; by more than this, the clock was set.
constexpr std::int64_t kLatestNs = kNsPerSecond;
constexpr std::int64_t kLongestPauseNs = 3600 * kNsPerSecond;
// No node of ours runs later than in 2096; twice as much can still be counted.
constexpr std::int64_t kEndOfTimeNs = 4'000'000'000 * kNsPerSecond;

[[noreturn]] void refuse_file(const std::filesystem::path& path) {
  throw TraceProblem(
      fmt::format("can't read {}: {}", bench::printable(path.string()), std::strerror(errno)));
}

}  // namespace

LogFile::LogFile(const std::filesystem::path& path)
    : path_(path),
      stem_(path.stem()),
      fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      buffer_(kBufferBytes + kPaddingBytes) {
  if (!fd_.valid()) refuse_file(path);
}

bool LogFile::next() {
  while (true) {
    const std::size_t left = window_.size() - given_out_;
    if (left == 0 || (!at_end_ && left <= kWindow / 2)) fill_window();
    if (given_out_ == window_.size()) return false;
    const Line& line = window_[given_out_++];
    const LineKind kind = parser_.parse(text_of(line), event_);
    if (kind == LineKind::foreign) ++notes_.foreign_lines;
    if (kind == LineKind::unknown_event) ++notes_.unknown_events;
    if (kind != LineKind::event) continue;
    if (event_.node_name.empty()) event_.node_name = node_of(event_.pid);
    event_.time_ns = line.time_ns;
    ++notes_.events;
    return true;
  }
}

void LogFile::fill_window() {
  drop_what_was_given_out();
  at_end_ = false;
  while (window_.size() < kWindow) {
    const void* feed = std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
    if (feed != nullptr) {
      const auto at = static_cast<std::size_t>(static_cast<const char*>(feed) - buffer_.data());
      take_line(begin_, at - begin_);
      begin_ = scanned_ = at + 1;
      continue;
    }
    scanned_ = end_;
    if (end_ - begin_ > kLongestLineBytes) {  // nothing of ours: forget it up to its end
      passing_over_ = true;
      end_ = scanned_ = begin_;
    }
    if (kBufferBytes - end_ < kLongestLineBytes && !window_.empty()) break;
    if (!read_more()) {
      at_end_ = true;
      break;
    }
  }
  const auto earlier = [](const Line& a, const Line& b) { return a.time_ns < b.time_ns; };
  if (!std::is_sorted(window_.begin(), window_.end(), earlier)) {
    std::stable_sort(window_.begin(), window_.end(), earlier);
  }
}

// Moves all that is still wanted to the buffer's beginning.
void LogFile::drop_what_was_given_out() {
  window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(given_out_));
  given_out_ = 0;
  std::size_t first = begin_;
  for (const Line& line : window_) first = std::min(first, line.begin);
  std::memmove(buffer_.data(), buffer_.data() + first, end_ - first);
  for (Line& line : window_) line.begin -= first;
  begin_ -= first;
  scanned_ -= first;
  end_ -= first;
}

bool LogFile::read_more() {
  ssize_t count = 0;
  do {
    count = ::read(fd_.get(), buffer_.data() + end_, std::min(kPieceBytes, kBufferBytes - end_));
  } while (count < 0 && errno == EINTR);
  if (count < 0) refuse_file(path_);
  notes_.cut_off = end_ > begin_ || passing_over_;
  end_ += static_cast<std::size_t>(count);
  notes_.bytes += count;
  return count > 0;
}

void LogFile::take_line(std::size_t begin, std::size_t size) {
  if (size == 0 && !passing_over_) return;
  // Who was killed while it wrote leaves half a line, and another's stands right behind it.
  constexpr std::string_view kBegin = "{\"ts\":";
  std::string_view line(buffer_.data() + begin, size);
  if (const std::size_t whole = line.rfind(kBegin); !passing_over_ && whole != 0 && whole < size) {
    ++notes_.foreign_lines;
    begin += whole;
    size -= whole;
    line.remove_prefix(whole);
  }
  const auto stamp = passing_over_ ? std::nullopt : parser_.stamp_of(line);
  passing_over_ = false;
  if (!stamp || stamp->ts_ns < 0 || stamp->ts_ns > kEndOfTimeNs) {
    ++notes_.foreign_lines;
    return;
  }
  // What would set the clock must be ours in all.
  if (sets_clock(*stamp) && parser_.parse(line, event_) == LineKind::foreign) {
    ++notes_.foreign_lines;
    return;
  }
  window_.push_back({keep_time(*stamp), begin, size});
}

std::string_view LogFile::node_of(std::int64_t pid) const {
  const auto process = processes_.find(pid);
  const bool is_named = process != processes_.end() && !process->second.node.empty();
  return is_named ? process->second.node : stem_;
}

// The earliest time that a line of this process may have.
std::int64_t LogFile::earliest_ns(std::int64_t pid) const {
  const auto process = processes_.find(pid);
  return process == processes_.end() ? latest_ns_ - kLatestNs : process->second.last_ns;
}

// A time of the log on the clock that never steps back.
std::int64_t LogFile::moved(std::int64_t ts_ns) const {
  return std::min(ts_ns + moved_ns_, kEndOfTimeNs);
}

bool LogFile::sets_clock(const LineStamp& stamp) const {
  const std::int64_t time_ns = moved(stamp.ts_ns);
  return time_ns < earliest_ns(stamp.pid) || time_ns > latest_ns_ + kLongestPauseNs;
}

// Each process that lives through a step sees it once.
std::int64_t LogFile::keep_time(const LineStamp& stamp) {
  const bool steps_back = !processes_.empty() && moved(stamp.ts_ns) < earliest_ns(stamp.pid);
  Process& process = processes_[stamp.pid];
  std::int64_t time_ns = moved(stamp.ts_ns);
  if (steps_back) {
    notes_.clock_steps = std::max(notes_.clock_steps, ++process.clock_steps);
    notes_.largest_step_ns = std::max(notes_.largest_step_ns, latest_ns_ - time_ns);
    moved_ns_ += latest_ns_ - time_ns;
    time_ns = latest_ns_;
  }
  process.last_ns = time_ns;
  if (!stamp.node.empty() && stamp.node != process.node) process.node = stamp.node;
  latest_ns_ = std::max(latest_ns_, time_ns);
  return time_ns;
}

}  // namespace hearsay::traces
