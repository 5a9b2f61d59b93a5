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
  std::int64_t memory_kb = 0;  // PSS: a page that n processes share counts as an n-th in each
  std::int64_t descriptors = 0;
  std::int64_t processes = 0;
};

// Zeros if it doesn't live.
Holding holding_of(pid_t node);

// The names below /dev/shm that belong to this user.
std::set<std::string> shared_memory_names();
// Those of them that were not there before and that no process has open: somebody left them behind.
std::vector<std::string> left_shared_memory(const std::set<std::string>& before);

}  // namespace hearsay::drill
