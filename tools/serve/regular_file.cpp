#include "tools/serve/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace hearsay::serve {

FileDescriptor open_regular(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!file.valid() || ::fstat(file.get(), &status) < 0) return {};
  if (S_ISREG(status.st_mode)) return file;
  file.reset();
  errno = EINVAL;
  return file;
}

std::optional<std::string> read_regular(const std::filesystem::path& path, std::size_t most) {
  const FileDescriptor file = open_regular(path);
  if (!file.valid()) return std::nullopt;
  std::string text;
  std::array<char, 65'536> chunk;
  while (true) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() <= most) continue;
    errno = EFBIG;
    return std::nullopt;
  }
}

}  // namespace hearsay::serve
