// Anonymous files (memfd) and their mapping through Boost.Interprocess.
//
// A memfd has no name and is gone with its last descriptor: nothing is left in /dev/shm, not even
// when both processes are killed. It is mapped as a file, by its name under /proc/self/fd.
#pragma once

#include <boost/interprocess/mapped_region.hpp>
#include <cstdint>

#include "common/base/file_descriptor.h"

namespace hearsay::shm {

// An anonymous file of `size_bytes`, closed on exec. A sealed one can never change its size, so
// that no access to its mapping can fault. Throws std::system_error.
enum class Sealed { no, yes };
FileDescriptor create_memory_file(const char* name, std::uint64_t size_bytes, Sealed sealed);

std::uint64_t file_size_bytes(int fd);

// Maps the whole file for reading and writing. Throws boost::interprocess::interprocess_exception.
boost::interprocess::mapped_region map_whole(int fd);

}  // namespace hearsay::shm
