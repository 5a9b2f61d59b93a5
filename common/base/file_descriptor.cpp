#include "common/base/file_descriptor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace hearsay {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void fill_standard_descriptors(int flags) {
  for (int fd = ::open("/dev/null", flags); fd >= 0; fd = ::open("/dev/null", flags)) {
    if (fd <= STDERR_FILENO) continue;
    ::close(fd);
    return;
  }
}

FileDescriptor reopen_nonblocking(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) return {};
  if (!S_ISFIFO(status.st_mode) && ::isatty(fd) == 0) return {};
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return FileDescriptor(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

void allow_descriptors(std::uint64_t wanted) {
  rlimit limit{};
  check_syscall(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  check_syscall(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

void throw_errno(const std::string& what) {
  const int error = errno;
  const char* advice = error == EMFILE ? " (raise the limit of open files: ulimit -n)" : "";
  throw std::system_error(error, std::generic_category(), what + advice);
}

int check_syscall(int result, const std::string& what) {
  if (result < 0) throw_errno(what);
  return result;
}

}  // namespace hearsay
