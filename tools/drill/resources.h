// What nodes hold of the machine: memory, descriptors, processes, shared memory with a name. From
// /proc and /dev/shm: snapshots.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace hearsay::drill {

// Of a node's process and all that descend from it.
struct Holding {
  // Of its own and shared (a page that n processes share counts as an n-th in each), without files:
  // what of programs is in memory depends on who else runs them. Needs Linux 5.4.
  std::int64_t memory_kb = 0;
  std::int64_t descriptors = 0;
  std::int64_t processes = 0;
};

// Zeros if it doesn't live.
Holding holding_of(pid_t node);

// Names in /dev/shm that nodes leave behind. What belongs to whom nobody can ask later, so it looks
// at nodes now and then, at what they have open or mapped there: a name that is made and left
// between two looks is not seen. Not thread-safe.
class SharedMemoryWatch {
 public:
  // What is there now is not theirs.
  SharedMemoryWatch();
  // A node's process and its descendants.
  void look_at(pid_t node);
  // The names that nodes have used, that are still there, and that no process has open.
  std::vector<std::string> left() const;

 private:
  std::set<std::string> before_;
  std::set<std::string> used_;
};

}  // namespace hearsay::drill
