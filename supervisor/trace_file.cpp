#include "supervisor/trace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "supervisor/node_failure.h"
#include "supervisor/worker_process.h"

namespace hearsay::supervisor {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw RefusedOptions("--trace-file " + path + ": " + why);
}

std::string why_not_opened(const std::string& path, int error) {
  struct stat status {};
  const bool is_pipe = ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
  if (error == ENXIO && is_pipe) return "nobody reads this pipe: start its reader first";
  return std::strerror(error);
}

// Whoever wrote there before was cut off in the middle of a line: the first of ours must not
// continue it.
void end_half_line(const std::string& path, int fd, const struct stat& file) {
  const FileDescriptor readable(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  char last = '\n';
  const bool is_half = S_ISREG(file.st_mode) && file.st_size > 0 && readable.valid() &&
                       ::pread(readable.get(), &last, 1, file.st_size - 1) == 1 && last != '\n';
  if (is_half) static_cast<void>(!::write(fd, "\n", 1));
}

// A device (a terminal, /dev/null) gives nobody what was written to it.
bool is_same(const struct stat& file, int standard_fd) {
  struct stat standard {};
  return !S_ISCHR(file.st_mode) && ::fstat(standard_fd, &standard) == 0 &&
         file.st_dev == standard.st_dev && file.st_ino == standard.st_ino;
}

// Room for one line behind the end, which stays where it is; a file system that can't reserve is
// not asked.
bool has_room(int fd, const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return ::write(fd, "", 0) == 0;
  return ::fallocate(fd, FALLOC_FL_KEEP_SIZE, file.st_size, PIPE_BUF) == 0 ||
         (errno != ENOSPC && errno != EDQUOT && errno != EFBIG);
}

}  // namespace

FileDescriptor open_trace_file(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  constexpr int kMode = 0644;
  const FileDescriptor file(::open(path.c_str(), kFlags, kMode));
  if (!file.valid()) refuse(path, why_not_opened(path, errno));
  struct stat status {};
  check_syscall(::fstat(file.get(), &status), path);
  if (is_same(status, STDOUT_FILENO)) refuse(path, "that is stdout, which is for messages");
  if (is_same(status, STDIN_FILENO)) refuse(path, "that is stdin: the node would read its trace");
  if (!has_room(file.get(), status)) refuse(path, std::strerror(errno));
  end_half_line(path, file.get(), status);
  return moved_up(file);
}

}  // namespace hearsay::supervisor
