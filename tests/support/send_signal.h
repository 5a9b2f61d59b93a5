// Signals to processes that a test made. The only place in the tests that calls kill(2): -1, the
// usual sign for "no such process", would signal every process of the machine.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <stdexcept>
#include <string>

namespace hearsay::test {

// Throws std::logic_error when `pid` is no single process.
inline void send_signal(pid_t pid, int number) {
  if (pid <= 1) throw std::logic_error("no process to signal: " + std::to_string(pid));
  ::kill(pid, number);
}

// `leader`: a process that the test has made the first of its group.
inline void send_signal_to_group(pid_t leader, int number) {
  if (leader <= 1) throw std::logic_error("no group to signal: " + std::to_string(leader));
  ::kill(-leader, number);
}

}  // namespace hearsay::test
