// What /proc says about processes. A snapshot: it may be wrong by the time it is read.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hearsay::bench {

// The direct children of a process that are still running (a zombie isn't).
std::vector<pid_t> running_children(pid_t pid);

// Those that have ended, while nobody has asked how.
std::vector<pid_t> dead_children(pid_t pid);

bool is_running(pid_t pid);

// Whether one of its threads runs at this moment, or waits for a processor, and for nothing else.
bool is_busy(pid_t pid);

// Whether a signal, or a debugger, holds it.
bool is_stopped(pid_t pid);

// All that descend from a process and are running, nearest first.
std::vector<pid_t> descendants(pid_t pid);

// "sleep": the process' name; "" if it doesn't live.
std::string name_of_process(pid_t pid);

// Whether a process of this group is still running.
bool is_group_running(pid_t group);

// CPU time of one process, all its threads, without its children; 0 if it doesn't live.
std::int64_t own_cpu_us(pid_t pid);

struct ProcessUsage {
  std::int64_t cpu_us = 0;  // user and system; their parts are known to 10 ms a process only
  std::int64_t user_ms = 0;
  std::int64_t system_ms = 0;
  std::int64_t peak_rss_kb = 0;
};

// Of a process and all that descend from it: the sums of what the living have used, with their dead
// and buried children. Zeros if it doesn't live.
ProcessUsage usage_of_tree(pid_t pid);

}  // namespace hearsay::bench
