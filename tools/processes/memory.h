// Memory that runs out: what nodes answer and services keep is kept until the verdict, and nodes
// may answer anything.
//
// Where an allocation fails the first time, a reserve is given up for it, and demand_memory()
// throws from then on: at places where that harms nothing. (An allocation may stand in a
// destructor, as nlohmann's do, which must not throw.) Behind the reserve each one throws, and what
// can't be caught ends the process with words. Where the system would rather kill (a machine or a
// cgroup that is full), MemoryWatch throws before it comes to that. Whoever catches it has a second
// reserve for the report. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>

#include "tools/console/exit_codes.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::bench {

class NoMemory : public std::bad_alloc {
 public:
  const char* what() const noexcept override {
    return "no memory is left for it (of the machine, of its cgroup, or of ulimit -v)";
  }
};

// The exit code of a process that lacks memory where nobody can be told.
inline constexpr int kExitNoMemory = kExitRunFailed;

// Takes the first reserve. From here on `new` that fails gives it up, or throws NoMemory.
void name_the_lack_of_memory();
// Throws NoMemory if the first reserve is gone.
void demand_memory();

// For what has to be done when there is no other; may be less than wanted, or nothing. To take one
// costs no other, however little there is.
class MemoryReserve {
 public:
  MemoryReserve();
  void release() { bytes_.reset(); }

 private:
  struct Free {
    void operator()(void* bytes) const { std::free(bytes); }
  };

  std::unique_ptr<void, Free> bytes_;
};

// What this process has in memory now (VmRSS); 0 where /proc does not tell.
std::int64_t own_memory_bytes();
// Three quarters of what the machine has, or the cgroup if that is less.
std::int64_t most_memory_bytes();
// The least limit of a process' cgroup (version 2, or 1) and those above it; INT64_MAX: there is
// none. `own`: a file as /proc/self/cgroup; `mount`: as /sys/fs/cgroup.
std::int64_t cgroup_limit_bytes(const std::string& own, const std::string& mount);

// Looks in the heap's time; from inside an event it throws NoMemory when it is too much.
class MemoryWatch {
 public:
  // `own_bytes`: how much it is now.
  MemoryWatch(EventHeap& heap, std::int64_t most_bytes,
              std::function<std::int64_t()> own_bytes = own_memory_bytes);
  void start(std::int64_t now_ns);

 private:
  EventHeap& heap_;
  std::int64_t most_bytes_;
  std::function<std::int64_t()> own_bytes_;
};

}  // namespace hearsay::bench
