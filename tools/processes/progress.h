// What people see while they wait: a line that rewrites itself on a terminal, and the nodes' stderr
// when they ask for it. Both write to stderr. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/console/tell.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/run.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::bench {

// Shows nothing unless stderr is a terminal. The run and the network outlive the heap's events.
class Progress {
 public:
  Progress(EventHeap& heap, const Run& run, const Network& network);
  void start(std::int64_t now_ns);
  // Takes the line away.
  void finish();

 private:
  void show(std::int64_t now_ns);

  EventHeap& heap_;
  const Run& run_;
  const Network& network_;
  std::int64_t start_ns_ = 0;
  std::size_t counted_ = 0;  // operations of the history that were looked at
  std::int64_t invoked_ = 0;
  std::int64_t completed_ok_ = 0;
  ProgressLine line_{0};
};

// Follows log files and prints what is added to them, each line with the file's name before it.
class LogFollower {
 public:
  struct File {
    std::string name;
    std::string path;
    std::streamoff read = 0;
  };

  LogFollower(EventHeap& heap, std::vector<File> files) : heap_(heap), files_(std::move(files)) {}
  void start(std::int64_t now_ns);
  // Prints what is there now.
  void print_news();

 private:
  EventHeap& heap_;
  std::vector<File> files_;
};

}  // namespace hearsay::bench
