// What /proc says about processes. A snapshot: it may be wrong by the time it is read.
#pragma once

#include <sys/types.h>

#include <vector>

namespace hearsay::bench {

// The direct children of a process that are still running (a zombie isn't).
std::vector<pid_t> running_children(pid_t pid);

// Whether a process of this group is still running.
bool is_group_running(pid_t group);

}  // namespace hearsay::bench
