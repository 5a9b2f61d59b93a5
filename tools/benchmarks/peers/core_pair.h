// What two CPUs share: how fast two loops run there at once, and how long a word travels.
#pragma once

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <thread>

#include "common/base/clock.h"
#include "common/base/file_descriptor.h"

namespace hearsay::peers {

// The calling thread. -1: nowhere in particular.
inline void pin(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  check_syscall(::sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
}

// Of a loop that keeps a core busy; the shortest of some attempts.
inline std::int64_t loop_ns(int cpu) {
  pin(cpu);
  std::int64_t shortest = std::numeric_limits<std::int64_t>::max();
  for (int attempt = 0; attempt < 20; ++attempt) {
    const std::int64_t begin_ns = monotonic_ns();
    volatile std::uint64_t state = 1;
    for (int i = 0; i < 1'000'000; ++i) state = state * 6364136223846793005U + 1;
    shortest = std::min(shortest, monotonic_ns() - begin_ns);
  }
  return shortest;
}

// The speed of a loop on the one while another runs on the other, as a part of its speed alone:
// near 1 on two cores, near a half on siblings.
inline double speed_together(int first, int second) {
  const std::int64_t alone_ns = loop_ns(first);
  std::atomic<bool> over = false;
  std::thread other([&] {
    while (!over.load(std::memory_order_relaxed)) loop_ns(second);
  });
  const std::int64_t together_ns = loop_ns(first);
  over = true;
  other.join();
  return static_cast<double>(alone_ns) / static_cast<double>(together_ns);
}

inline double word_round_trip_ns(int first, int second) {
  constexpr std::uint64_t kTrips = 100'000;
  alignas(128) std::atomic<std::uint64_t> word = 0;
  std::thread other([&] {
    pin(second);
    for (std::uint64_t trip = 0; trip < kTrips; ++trip) {
      while (word.load(std::memory_order_acquire) != 2 * trip + 1) continue;
      word.store(2 * trip + 2, std::memory_order_release);
    }
  });
  pin(first);
  const std::int64_t begin_ns = monotonic_ns();
  for (std::uint64_t trip = 0; trip < kTrips; ++trip) {
    word.store(2 * trip + 1, std::memory_order_release);
    while (word.load(std::memory_order_acquire) != 2 * trip + 2) continue;
  }
  const std::int64_t took_ns = monotonic_ns() - begin_ns;
  other.join();
  return static_cast<double>(took_ns) / kTrips;
}

}  // namespace hearsay::peers
