// What people see while they wait: a line that rewrites itself on a terminal, on stderr. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "tools/console/tell.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/run.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::bench {

// Shows nothing unless stderr is a terminal. The run and the network outlive the heap's events.
class Progress {
 public:
  // `count_deaths`: of workers, so far.
  Progress(EventHeap& heap, const Run& run, const Network& network,
           std::function<std::int64_t()> count_deaths);
  void start(std::int64_t now_ns);
  // Takes the line away.
  void finish();

 private:
  void show(std::int64_t now_ns);

  EventHeap& heap_;
  const Run& run_;
  const Network& network_;
  std::function<std::int64_t()> count_deaths_;
  std::int64_t start_ns_ = 0;
  std::size_t counted_ = 0;  // operations of the history that were looked at
  std::int64_t invoked_ = 0;
  std::int64_t completed_ok_ = 0;
  ProgressLine line_{0};
};

}  // namespace hearsay::bench
