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

// Calls work(job) for each job from 0 to count-1, in a child, and take(job, answer) here, in the
// order of the jobs, with what work returned; nothing if it threw (the reason is on its stderr) or
// its process died. Ends early, and kills what still runs, when `take` returns false. Calls `watch`
// now and then. Throws std::system_error.
void run_pool(
    std::size_t count, std::size_t at_a_time,
    const std::function<std::string(std::size_t job)>& work,
    const std::function<bool(std::size_t job, const std::optional<std::string>& answer)>& take,
    const std::function<void(const PoolState& state)>& watch);

}  // namespace hearsay::bench
