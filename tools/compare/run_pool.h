// Jobs in child processes, several at a time: a run takes over its process's signals, may use all
// it wants of one core, and may die without taking the others with it.
//
// The calling process has one thread and no other children. It may die at any moment: the children
// die with it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

namespace hearsay::compare {

struct PoolState {
  std::size_t done = 0;
  std::vector<std::size_t> running;  // jobs, the oldest first
};

// Calls work(job) for each job from 0 to count-1, in a child whose stdout and stderr go to the file
// log(job), removed if nothing was written. Calls `watch` now and then. A job that throws has the
// reason in its log. Throws std::system_error.
void run_pool(std::size_t count, std::size_t at_a_time,
              const std::function<void(std::size_t job)>& work,
              const std::function<std::filesystem::path(std::size_t job)>& log,
              const std::function<void(const PoolState& state)>& watch);

}  // namespace hearsay::compare
