// An owned file descriptor, and the system-call helpers that everybody needs.
#pragma once

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

namespace hearsay {

// Owns one descriptor; closes it. Not thread-safe; movable, not copyable.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// Opens /dev/null with `flags` in the place of a closed stdin, stdout or stderr: a descriptor of
// ours there would be taken for it. With O_RDONLY writing to them goes on failing.
void fill_standard_descriptors(int flags);

// A description of our own of the same pipe or terminal, for writing, so that O_NONBLOCK on it
// changes nothing for others who hold the original. Invalid when `fd` is something else, or the
// pipe belongs to another user or has no reader.
FileDescriptor reopen_nonblocking(int fd);

// So many descriptors may be open from now on, or as many as the hard limit allows.
void allow_descriptors(std::uint64_t wanted);

// Calls again what a signal interrupted. Not for ever: what says so each time (a sandbox may) would
// hang the process.
template <typename Call>
auto retry_interrupted(const Call& call) {
  constexpr int kMostAttempts = 1000;
  auto result = call();
  for (int attempt = 1; result < 0 && errno == EINTR && attempt < kMostAttempts; ++attempt) {
    result = call();
  }
  return result;
}

// Throws std::system_error with errno and `what`.
[[noreturn]] void throw_errno(const std::string& what);

// Returns `result`; throws as throw_errno does when it is negative.
int check_syscall(int result, const std::string& what);

}  // namespace hearsay
