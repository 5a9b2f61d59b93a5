// A disk that only counts what is brought to it.
#pragma once

#include <cstddef>
#include <functional>

#include "common/shm/disk.h"

namespace hearsay::worker {

class CountingDisk : public shm::Disk {
 public:
  void bring_file(int /*fd*/) override { ++files; }
  void bring_pages(void* /*begin*/, std::size_t /*bytes*/) override {
    ++pages;
    if (on_pages) on_pages();
  }

  int files = 0;
  int pages = 0;
  std::function<void()> on_pages;
};

}  // namespace hearsay::worker
