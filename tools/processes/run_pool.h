// Jobs in child processes, several at a time: a job may take over its process's signals and
// output, may use all it wants of one core, and may die without taking the others with it.
//
// The calling process has one thread and no other children. It may die at any moment: the children
// die with it.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hearsay::bench {

struct PoolState {
  std::size_t done = 0;
  std::vector<std::size_t> running;  // jobs, the oldest first
};

struct JobEnd {
  // What work() returned; nothing: it threw (the reason is on its stderr), or its process died.
  std::optional<std::string> answer;
  int end_signal = 0;  // that ended its process; 0: none did
  bool lacked_memory = false;

  // "was ended by signal 9 (Killed)", of one that died.
  std::string in_words() const;
  // By no fault of its own, which has another signal: a lack of memory, a SIGKILL, as of the kernel
  // when memory is short, or a wish that it ends.
  bool is_from_outside() const;
};

// Calls work(job) for each job from 0 to count-1, in a child, and take(job, end) here, in the order
// of the jobs. Ends early, and kills what still runs, when `take` returns false. Calls `watch`
// now and then. Throws std::system_error.
void run_pool(std::size_t count, std::size_t at_a_time,
              const std::function<std::string(std::size_t job)>& work,
              const std::function<bool(std::size_t job, const JobEnd& end)>& take,
              const std::function<void(const PoolState& state)>& watch);

}  // namespace hearsay::bench
