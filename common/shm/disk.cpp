#include "common/shm/disk.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace hearsay::shm {
namespace {

void expect_done(int result, const char* call) {
  if (result == 0) return;
  throw DiskFailure(std::string(call) + ": " + std::generic_category().message(errno));
}

}  // namespace

void Disk::bring_file(int fd) {
  int result = 0;
  do {
    result = ::fdatasync(fd);
  } while (result != 0 && errno == EINTR);
  expect_done(result, "fdatasync");
}

void Disk::bring_pages(void* begin, std::size_t bytes) {
  expect_done(::msync(begin, bytes, MS_SYNC), "msync");
}

}  // namespace hearsay::shm
