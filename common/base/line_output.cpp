#include "common/base/line_output.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace hearsay {
namespace {

bool is_regular(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

ssize_t write_without_waiting(int fd, std::string_view text) {
  const iovec part{const_cast<char*>(text.data()), text.size()};
  constexpr off_t kCurrentPosition = -1;
  const ssize_t written = ::pwritev2(fd, &part, 1, kCurrentPosition, RWF_NOWAIT);
  // Sandboxes say EPERM where an old kernel says ENOSYS.
  const bool unknown = errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL || errno == EPERM;
  if (written >= 0 || !unknown) return written;
  return ::write(fd, text.data(), text.size());
}

}  // namespace

LineOutput::LineOutput(int fd)
    : reopened_(reopen_nonblocking(fd)),
      fd_(reopened_.valid() ? reopened_.get() : fd),
      regular_(is_regular(fd)) {}

// Whether a write would not wait, as far as ppoll(2) knows; where it is refused, nothing speaks
// against it.
bool LineOutput::ready() {
  pollfd polled{fd_, POLLOUT, 0};
  constexpr timespec kAtOnce{};
  if (regular_ || ::ppoll(&polled, 1, &kAtOnce, nullptr) != 0) return true;
  problem_ = "nobody reads it";
  return false;
}

bool LineOutput::write_once(std::string_view text) {
  if (!ready()) return false;
  const ssize_t written = retry_interrupted([&] {
    return regular_ ? ::write(fd_, text.data(), text.size()) : write_without_waiting(fd_, text);
  });
  if (written == static_cast<ssize_t>(text.size())) return true;
  if (written < 0) {
    problem_ = errno == EAGAIN ? "nobody reads it" : std::strerror(errno);
  } else {
    problem_ = "it took only a part of the line";
    half_line_ = written > 0 && !take_back(static_cast<std::size_t>(written));
  }
  return false;
}

// Only while nobody has written behind it.
bool LineOutput::take_back(std::size_t written) const {
  struct stat status {};
  const off_t end = ::lseek(fd_, 0, SEEK_CUR);
  if (!regular_ || end < 0 || ::fstat(fd_, &status) < 0 || status.st_size != end) return false;
  const off_t before = end - static_cast<off_t>(written);
  return ::ftruncate(fd_, before) == 0 && ::lseek(fd_, before, SEEK_SET) == before;
}

bool LineOutput::write(std::string_view line) {
  if (half_line_) {
    if (!write_once("\n")) return false;
    half_line_ = false;
  }
  return write_once(line);
}

void say_on_stderr(std::string_view text) {
  LineOutput output(STDERR_FILENO);
  while (!text.empty() && output.write(text.substr(0, PIPE_BUF))) {
    text.remove_prefix(std::min<std::size_t>(text.size(), PIPE_BUF));
  }
}

}  // namespace hearsay
