#include "tools/console/own_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace hearsay::bench {
namespace {

constexpr mode_t kOwnFileMode = 0666;

std::string_view kind_in_words(const struct stat& status) {
  switch (status.st_mode & S_IFMT) {
    case S_IFIFO:
      return "a FIFO";
    case S_IFLNK:
      return "a link";
    case S_IFDIR:
      return "a folder";
    case S_IFREG:
      return "a file";
    default:
      return "a device or socket";
  }
}

// errno alone would say of a FIFO that there is no such device, of a link that there are too many.
std::string why_not(const std::string& path, int error) {
  struct stat status {};
  if (error == ENOENT || ::lstat(path.c_str(), &status) < 0) return std::strerror(error);
  if (S_ISREG(status.st_mode) && error != EEXIST) return std::strerror(error);
  return fmt::format("{} stands there already", kind_in_words(status));
}

OwnFile open_own_file(const std::string& path, int flags) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  FileDescriptor file(::open(path.c_str(), kFlags | flags, kOwnFileMode));
  if (!file.valid()) return {{}, why_not(path, errno)};
  struct stat status {};
  if (::fstat(file.get(), &status) < 0) return {{}, std::strerror(errno)};
  if (S_ISREG(status.st_mode) && status.st_nlink <= 1) return {std::move(file), ""};
  return {{}, why_not(path, EEXIST)};
}

}  // namespace

OwnFile create_own_file(const std::string& path) {
  return open_own_file(path, O_EXCL);
}

OwnFile append_to_own_file(const std::string& path) {
  return open_own_file(path, O_APPEND);
}

}  // namespace hearsay::bench
