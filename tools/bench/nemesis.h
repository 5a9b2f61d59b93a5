// What goes wrong on purpose: partitions of the network, killed workers.
//
// Each fault has its own stagger and its own stream of random numbers, so the schedule depends on
// the seed and on nothing else. Every deed is in the history. Partitions start and stop in turns,
// the first one at once, as in Maelstrom; the first kill comes after a gap. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "tools/bench/event_heap.h"
#include "tools/bench/history.h"
#include "tools/bench/network.h"
#include "tools/bench/node_control.h"
#include "tools/bench/stagger.h"

namespace hearsay::bench {

struct NemesisOptions {
  bool partition = false;
  std::int64_t partition_interval_ns = 0;  // mean
  bool kill_worker = false;
  std::int64_t kill_interval_ns = 0;  // mean, for the whole cluster
};

class Nemesis {
 public:
  using OnDeed = std::function<void()>;

  // `on_deed` is called after each deed. Everything given by reference outlives the nemesis.
  Nemesis(EventHeap& heap, Network& network, NodeControl& control, History& history,
          const NemesisOptions& options, std::uint64_t seed, OnDeed on_deed);

  // Strikes from `now_ns` until `end_ns`. The history's times count from `now_ns`.
  void start(std::int64_t now_ns, std::int64_t end_ns);
  // The last deed: whole network again. Nothing if there were no partitions to make.
  void heal(std::int64_t now_ns);

  // By node.
  const std::vector<std::int64_t>& kills() const { return kills_; }
  std::int64_t total_kills() const;

 private:
  void schedule(Stagger& stagger, void (Nemesis::*deed)(std::int64_t));
  void flip_partition(std::int64_t now_ns);
  void start_partition(std::int64_t now_ns);
  void stop_partition(std::int64_t now_ns);
  void kill_a_worker(std::int64_t now_ns);
  void note(std::int64_t now_ns, const char* f, nlohmann::json value);

  EventHeap& heap_;
  Network& network_;
  NodeControl& control_;
  History& history_;
  NemesisOptions options_;
  OnDeed on_deed_;
  Random partition_random_;
  Random kill_random_;
  Stagger partition_stagger_;
  Stagger kill_stagger_;
  std::int64_t origin_ns_ = 0;
  std::int64_t end_ns_ = 0;
  bool partition_is_next_ = true;
  std::vector<std::int64_t> kills_;
};

}  // namespace hearsay::bench
