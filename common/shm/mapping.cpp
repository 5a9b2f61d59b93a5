#include "common/shm/mapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/interprocess/file_mapping.hpp>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace hearsay::shm {

FileDescriptor create_memory_file(const char* name, std::uint64_t size_bytes, Sealed sealed) {
  FileDescriptor file(
      check_syscall(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create"));
  reserve(file.get(), 0, size_bytes);
  if (sealed == Sealed::yes) {
    check_syscall(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
                  "sealing a memfd");
  }
  return file;
}

namespace {

struct stat status_of(int fd) {
  struct stat status {};
  check_syscall(::fstat(fd, &status), "fstat");
  return status;
}

// Writes a byte of each page again, so that the page has room. Returns an errno, or 0.
int touch(int fd, std::uint64_t begin, std::uint64_t end) {
  constexpr std::uint64_t kPageBytes = 4096;
  for (std::uint64_t at = begin; at < end; at += kPageBytes - at % kPageBytes) {
    char byte = 0;
    if (::pread(fd, &byte, 1, static_cast<off_t>(at)) < 0) return errno;
    if (::pwrite(fd, &byte, 1, static_cast<off_t>(at)) < 0) return errno;
  }
  char last = 0;
  if (::pread(fd, &last, 1, static_cast<off_t>(end - 1)) < 0) return errno;
  return ::pwrite(fd, &last, 1, static_cast<off_t>(end - 1)) < 0 ? errno : 0;
}

}  // namespace

std::uint64_t file_size_bytes(int fd) {
  return static_cast<std::uint64_t>(status_of(fd).st_size);
}

bool has_name(int fd) {
  return status_of(fd).st_nlink > 0;
}

bool has_holes(int fd) {
  constexpr blkcnt_t kBlockBytes = 512;  // of st_blocks, whatever the file system's are
  const struct stat status = status_of(fd);
  return status.st_blocks * kBlockBytes < status.st_size;
}

void reserve(int fd, std::uint64_t begin, std::uint64_t end) {
  if (begin >= end) return;
  int error = -retry_interrupted([&] {
    errno = ::posix_fallocate(fd, static_cast<off_t>(begin), static_cast<off_t>(end - begin));
    return -errno;
  });
  // A sandbox that does not know the call, or that interrupts it each time.
  if (error == ENOSYS || error == EPERM || error == EOPNOTSUPP || error == EINTR)
    error = touch(fd, begin, end);
  if (error != 0) {
    throw NoRoom("no room for " + std::to_string(end) +
                 " bytes in a file: " + std::generic_category().message(error));
  }
}

// What is private and may be written has a limit of its own (RLIMIT_DATA).
void require_address_space(std::uint64_t bytes) {
  void* const probe = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED) {
    throw NoRoom("no room for " + std::to_string(bytes) +
                 " bytes of memory: " + std::generic_category().message(errno));
  }
  ::munmap(probe, bytes);
}

boost::interprocess::mapped_region map_whole(int fd) {
  namespace ipc = boost::interprocess;
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const std::uint64_t bytes = file_size_bytes(fd);
  try {
    const ipc::file_mapping file(path.c_str(), ipc::read_write);
    return {file, ipc::read_write, 0, bytes};
  } catch (const ipc::interprocess_exception& problem) {
    const int error = problem.get_native_error();
    const std::string why = std::generic_category().message(error);
    if (error == ENOENT) throw std::runtime_error("opening " + path + ": " + why);
    throw NoRoom((error == ENOMEM ? "no room to map " : "can't map ") + std::to_string(bytes) +
                 " bytes: " + why);
  }
}

}  // namespace hearsay::shm
