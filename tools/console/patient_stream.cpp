#include "tools/console/patient_stream.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace hearsay::bench {

void PatientStream::write(std::string_view text) {
  go_on();
  if (kept_.size() - written_ + text.size() > kMostBytes) {
    ++dropped_;
    return;
  }
  note_dropped();
  kept_ += text;
  go_on();
}

void PatientStream::note_dropped() {
  if (dropped_ == 0) return;
  kept_ += fmt::format("hearsay: here {} lines are missing: nobody read them in time\n", dropped_);
  dropped_ = 0;
}

void PatientStream::go_on() {
  while (write_some(0)) continue;
}

void PatientStream::finish() {
  note_dropped();
  while (is_behind()) write_some(-1);
}

int PatientStream::target() {
  struct stat status {};
  ::fstat(fd_, &status);
  if (status.st_dev != device_ || status.st_ino != inode_) {
    reopened_ = reopen_nonblocking(fd_);
    device_ = status.st_dev;
    inode_ = status.st_ino;
  }
  return reopened_.valid() ? reopened_.get() : fd_;
}

// A pipe that poll(2) says to have room takes PIPE_BUF bytes at once.
bool PatientStream::write_some(int timeout_ms) {
  if (!is_behind()) return false;
  const int fd = target();
  pollfd polled{fd, POLLOUT, 0};
  const int ready = ::poll(&polled, 1, timeout_ms);
  if (ready == 0) return false;
  const std::size_t rest = kept_.size() - written_;
  const ssize_t count =
      ready < 0 ? -1 : ::write(fd, kept_.data() + written_, std::min<std::size_t>(rest, PIPE_BUF));
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  written_ += count < 0 ? rest : static_cast<std::size_t>(count);  // nobody will ever read it
  if (written_ == kept_.size()) {
    kept_.clear();
    written_ = 0;
  } else if (written_ > kMostBytes / 2) {
    kept_.erase(0, written_);
    written_ = 0;
  }
  return is_behind();
}

}  // namespace hearsay::bench
