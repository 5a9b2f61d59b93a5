// What /proc says about processes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/node_runner.h"

namespace hearsay::test {

// Looks again and again until the condition holds; false when it does not in time.
bool in_time(std::chrono::milliseconds patience, const std::function<bool()>& condition);
// Whether it has ended (a zombie that nobody has collected yet has).
bool is_gone(pid_t pid);
// Waits for that.
bool gone_in_time(pid_t pid, std::chrono::milliseconds patience = kPatience);
// CPU time so far, of the process and its threads, in clock ticks; -1 when there is none.
std::int64_t cpu_ticks(pid_t pid);
// What its open descriptors are: "pipe:[123]", "/dev/null", "/memfd:hearsay-segment (deleted)".
std::vector<std::string> open_files(pid_t pid);
// All processes that were started with this "NAME=value" in their environment, or whose parents
// were; the dead ones not. Of their arguments nothing may be left.
std::vector<pid_t> processes_with_environment(const std::string& entry);
// The letter of its state: R, S, T (stopped), Z, ...; 0 when there is no such process.
char state_of(pid_t pid);
// Waits until it is stopped.
bool stopped_in_time(pid_t pid);
// Waits until it sleeps and uses no CPU: all that was asked of it is done.
bool quiet_in_time(pid_t pid);

}  // namespace hearsay::test
