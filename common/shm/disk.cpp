#include "common/shm/disk.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "common/base/file_descriptor.h"

namespace hearsay::shm {
namespace {

void expect_done(int result, const char* call) {
  if (result == 0) return;
  throw DiskFailure(std::string(call) + ": " + std::generic_category().message(errno));
}

}  // namespace

void Disk::bring_file(int fd) {
  expect_done(retry_interrupted([&] { return ::fdatasync(fd); }), "fdatasync");
}

void Disk::bring_pages(void* begin, std::size_t bytes) {
  expect_done(::msync(begin, bytes, MS_SYNC), "msync");
}

}  // namespace hearsay::shm
