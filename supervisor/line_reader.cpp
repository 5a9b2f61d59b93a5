#include "supervisor/line_reader.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {
namespace {

constexpr std::uint64_t kChunkBytes = 64 * 1024;
// Of a line that is too long so much is kept: enough to see who sent it.
constexpr std::uint64_t kCutBytes = 4096;

}  // namespace

LineReader::LineReader(int fd, std::uint64_t max_line_bytes)
    : fd_(fd), max_line_bytes_(max_line_bytes) {}

void LineReader::drop_given_out() {
  if (begin_ == 0) return;
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
}

// Room behind what the buffer holds. Always the same: it is cleared each time, and a pipe gives no
// more at a time however long the line is. (The buffer's memory doubles.)
void LineReader::make_room() {
  const std::uint64_t old = buffer_.size();
  try {
    buffer_.resize(old + kChunkBytes);
    return;
  } catch (const std::bad_alloc&) {
    if (old <= kCutBytes) throw;
  }
  // All whole lines have been given out: it is the beginning of one.
  cutting_ = no_memory_ = true;
  thrown_away_bytes_ += old - kCutBytes;
  const std::string beginning = buffer_.substr(0, kCutBytes);
  buffer_ = {};
  buffer_.reserve(kCutBytes + kChunkBytes);
  buffer_ = beginning;
  scanned_ = buffer_.size();
  make_room();
}

void LineReader::fill(std::int64_t now_ns) {
  drop_given_out();
  make_room();
  const std::uint64_t old = buffer_.size() - kChunkBytes;
  const ssize_t got =
      retry_interrupted([&] { return ::read(fd_, buffer_.data() + old, kChunkBytes); });
  buffer_.resize(old + static_cast<std::uint64_t>(std::max<ssize_t>(got, 0)));
  // Non-blocking, as somebody else left it: poll() may promise what another reader takes.
  if (got < 0 && errno == EAGAIN) return;
  check_syscall(static_cast<int>(std::min<ssize_t>(got, 0)), "reading the input");
  if (got == 0) ended_ = true;
  const auto bytes = static_cast<std::uint64_t>(got);
  fill_ns_ = backdated_bytes_ > 0 ? backdated_ns_ : now_ns;
  backdated_bytes_ -= std::min(backdated_bytes_, bytes);
  if (old == 0 && !cutting_) line_taken_ns_ = fill_ns_;
}

Line LineReader::take_line(std::uint64_t length, std::uint64_t kept, std::uint64_t skip) {
  const Line line{std::string_view(buffer_).substr(begin_, kept), line_taken_ns_,
                  std::exchange(cutting_, false), std::exchange(no_memory_, false),
                  length + std::exchange(thrown_away_bytes_, 0)};
  begin_ += length + skip;
  scanned_ = begin_;
  line_taken_ns_ = fill_ns_;
  return line;
}

std::optional<Line> LineReader::next() {
  const std::uint64_t feed = buffer_.find('\n', scanned_);
  const std::uint64_t end = std::min<std::uint64_t>(feed, buffer_.size());
  if (end - begin_ > max_line_bytes_ && !cutting_) cutting_ = true;
  if (feed != std::string::npos) {
    const std::uint64_t length = feed - begin_;
    return take_line(length, cutting_ ? std::min(length, kCutBytes) : length, 1);
  }
  if (ended_ && end > begin_) return take_line(end - begin_, end - begin_, 0);
  if (cutting_ && end > begin_ + kCutBytes) {
    thrown_away_bytes_ += end - begin_ - kCutBytes;
    buffer_.resize(begin_ + kCutBytes);
  }
  scanned_ = buffer_.size();
  return std::nullopt;
}

void LineReader::backdate(std::int64_t ns) {
  int waiting = 0;
  if (::ioctl(fd_, FIONREAD, &waiting) < 0) waiting = 0;
  backdated_bytes_ = static_cast<std::uint64_t>(waiting);
  backdated_ns_ = ns;
  line_taken_ns_ = std::min(line_taken_ns_, ns);
  fill_ns_ = std::min(fill_ns_, ns);
}

}  // namespace hearsay::supervisor
