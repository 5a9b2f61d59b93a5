// What the nodes' processes use: CPU and memory, each node with its children.
//
// Read from /proc, one node at a time, each about every two seconds, so that no look holds up the
// event loop; and once more at the end (look_at_all, while they live). What a process used between
// its last look and its death is lost, unless its parent buried it. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "tools/experiment/time/event_heap.h"
#include "tools/experiment/verdict/outcome.h"

namespace hearsay::bench {

class UsageMeter {
 public:
  // The process of a node, or -1 if it has none now.
  using PidOf = std::function<pid_t(std::size_t node)>;

  UsageMeter(EventHeap& heap, std::size_t node_count, PidOf pid_of);

  void start(std::int64_t now_ns);
  void look_at_all();

  // By node, over all its processes, the dead ones included.
  std::vector<NodeUsage> usage() const;

 private:
  struct Node {
    pid_t pid = -1;
    NodeUsage earlier;  // of the processes before this one
    NodeUsage now;
  };

  void look_at_next(std::int64_t now_ns);
  void look_at(std::size_t node);

  EventHeap& heap_;
  PidOf pid_of_;
  std::vector<Node> nodes_;
  std::size_t next_ = 0;
};

}  // namespace hearsay::bench
