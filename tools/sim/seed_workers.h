// Runs seeds in processes side by side, and tells the results in the order of the seeds.
#pragma once

#include <cstdint>
#include <functional>

namespace hearsay::sim {

// Travels through a pipe as it is.
struct SeedReport {
  std::uint64_t seed = 0;
  std::int64_t operations = 0;
  std::int64_t messages = 0;  // between nodes
  std::int64_t worker_deaths = 0;
  bool violated = false;
};

// Calls run(seed) for all seeds in `jobs` child processes, and take(report) in this one, by seed,
// until it returns false. A seed whose process dies counts as violated. Throws std::system_error.
void run_seeds(std::uint64_t first, std::uint64_t last, std::int64_t jobs,
               const std::function<SeedReport(std::uint64_t seed)>& run,
               const std::function<bool(const SeedReport& report)>& take);

}  // namespace hearsay::sim
