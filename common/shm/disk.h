// Bringing mapped files to the disk: what was stored before the call outlives a power cut after it.
//
// A class of its own so that tests can stand between: what a power cut leaves is what was brought
// there, and of everything else any part (tests/worker/power_cut_test.cpp). Thread-safe.
#pragma once

#include <cstddef>
#include <stdexcept>

namespace hearsay::shm {

// The disk did not take it. It must not be tried again: what was to be written may be gone from
// memory, and the next call would say that all is well.
class DiskFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Disk {
 public:
  Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  virtual ~Disk() = default;

  // All of the file, its size included. Throws DiskFailure.
  virtual void bring_file(int fd);
  // The pages of a mapped file that these bytes stand in; `begin` is the start of a page. Throws
  // DiskFailure.
  virtual void bring_pages(void* begin, std::size_t bytes);
};

}  // namespace hearsay::shm
