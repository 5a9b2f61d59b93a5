// Kills a node's workers at random times, from a thread of its own.
#pragma once

#include <atomic>
#include <csignal>
#include <random>
#include <thread>

#include "tests/support/node_runner.h"
#include "tests/support/send_signal.h"

namespace hearsay::test {

class WorkerKiller {
 public:
  // Kills `kills` workers in turn, each after a random time of at most `longest_life` since it was
  // seen. Borrows the node.
  WorkerKiller(const NodeRunner& node, std::uint64_t kills, std::chrono::microseconds longest_life,
               std::uint64_t seed)
      : thread_([this, &node, kills, longest_life, seed](const std::stop_token& stop) {
          run(node, kills, longest_life, seed, stop);
        }) {}

  std::uint64_t kills() const { return kills_; }
  // All the kills are done, or no new worker came in time.
  bool done() const { return done_; }

 private:
  void run(const NodeRunner& node, std::uint64_t kills, std::chrono::microseconds longest_life,
           std::uint64_t seed, const std::stop_token& stop) {
    std::mt19937_64 random(seed);
    pid_t last = -1;
    while (kills_ < kills && !stop.stop_requested()) {
      const pid_t worker = node.worker(last);
      if (worker < 0) break;
      const auto life = random() % static_cast<std::uint64_t>(longest_life.count());
      std::this_thread::sleep_for(std::chrono::microseconds(life));
      send_signal(worker, SIGKILL);
      last = worker;
      ++kills_;
    }
    done_ = true;
  }

  std::atomic<std::uint64_t> kills_{0};
  std::atomic<bool> done_{false};
  std::jthread thread_;
};

}  // namespace hearsay::test
