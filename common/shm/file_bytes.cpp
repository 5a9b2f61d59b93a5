#include "common/shm/file_bytes.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "common/base/file_descriptor.h"
#include "common/base/kill_point.h"
#include "common/base/record.h"
#include "common/shm/mapping.h"

namespace hearsay::shm {

void write_exactly(int fd, std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    kill_point();
    const ssize_t written = retry_interrupted(
        [&] { return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at)); });
    if (written <= 0) {
      throw NoRoom("no room for " + std::to_string(bytes.size()) + " bytes of an answer at " +
                   std::to_string(at) + ": " + std::generic_category().message(errno));
    }
    at += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void read_exactly(int fd, char* target, std::uint64_t bytes, std::uint64_t at) {
  while (bytes > 0) {
    const ssize_t got =
        retry_interrupted([&] { return ::pread(fd, target, bytes, static_cast<off_t>(at)); });
    if (got < 0) throw_errno("pread of an answer");
    if (got == 0) throw CorruptSegment("a file of answers ends too early");
    target += got;
    at += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::uint64_t>(got);
  }
}

}  // namespace hearsay::shm
