#include "common/shm/mapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/interprocess/file_mapping.hpp>
#include <string>

namespace hearsay::shm {

FileDescriptor create_memory_file(const char* name, std::uint64_t size_bytes, Sealed sealed) {
  FileDescriptor file(
      check_syscall(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create"));
  check_syscall(::ftruncate(file.get(), static_cast<off_t>(size_bytes)), "ftruncate of a memfd");
  if (sealed == Sealed::yes) {
    check_syscall(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
                  "sealing a memfd");
  }
  return file;
}

std::uint64_t file_size_bytes(int fd) {
  struct stat status {};
  check_syscall(::fstat(fd, &status), "fstat");
  return static_cast<std::uint64_t>(status.st_size);
}

boost::interprocess::mapped_region map_whole(int fd) {
  namespace ipc = boost::interprocess;
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const ipc::file_mapping file(path.c_str(), ipc::read_write);
  return {file, ipc::read_write, 0, file_size_bytes(fd)};
}

}  // namespace hearsay::shm
