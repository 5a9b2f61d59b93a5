// Anonymous files (memfd), room in files, and mapping through Boost.Interprocess.
//
// A memfd has no name and is gone with its last descriptor: nothing is left in /dev/shm, not even
// when both processes are killed. It is mapped as a file, by its name under /proc/self/fd.
//
// A store into a mapping must never find that the disk is full: that is a SIGBUS, not an error. So
// every byte that is mapped was reserved before, and what can't be had is a NoRoom.
#pragma once

#include <boost/interprocess/mapped_region.hpp>
#include <cstdint>
#include <new>
#include <string>

#include "common/base/file_descriptor.h"

namespace hearsay::shm {

// A file can't grow or can't be mapped: the disk is full, or a limit (of file sizes, of memory) is
// reached. It may pass, like any other lack of memory, which is why it is one.
class NoRoom : public std::bad_alloc {
 public:
  explicit NoRoom(std::string what) : what_(std::move(what)) {}
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  std::string what_;
};

// An anonymous file of `size_bytes`, closed on exec. A sealed one can never change its size, so
// that no access to its mapping can fault. Throws std::system_error, NoRoom.
enum class Sealed { no, yes };
FileDescriptor create_memory_file(const char* name, std::uint64_t size_bytes, Sealed sealed);

std::uint64_t file_size_bytes(int fd);
// Whether the file can be found in some folder: not when it is anonymous or was removed.
bool has_name(int fd);

// Makes the file reach up to `end` at least, and every byte from `begin` to there one that can be
// stored to. Throws NoRoom; the file may be longer then, but not up to `end`.
void reserve(int fd, std::uint64_t begin, std::uint64_t end);
// Whether some of the file was never stored to nor reserved.
bool has_holes(int fd);

// Throws NoRoom unless so much more memory could be mapped now.
void require_address_space(std::uint64_t bytes);

// Maps the whole file, which is not empty, for reading and writing. Throws NoRoom, and
// std::runtime_error where there is no /proc.
boost::interprocess::mapped_region map_whole(int fd);

}  // namespace hearsay::shm
