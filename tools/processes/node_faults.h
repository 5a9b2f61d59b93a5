// What is done on purpose to the processes of one node: kills and pauses.
//
// Its worker is the first process that it started itself. A killed node is another object's matter:
// make a new one of this with the new node. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <optional>

#include "tools/processes/node_process.h"

namespace hearsay::bench {

class NodeFaults {
 public:
  // What was hit; nothing: the node has no worker now.
  std::optional<pid_t> kill_worker(const NodeProcess& node);
  std::optional<pid_t> pause_worker(const NodeProcess& node);
  // In a paused node it stays paused, until the node is resumed.
  void resume_worker(const NodeProcess& node);

  // All of its processes. A second pause, or a resume without one, changes nothing.
  void pause(const NodeProcess& node);
  void resume(const NodeProcess& node);
  bool is_paused() const { return paused_; }

 private:
  std::optional<pid_t> killed_worker_;  // the last one
  std::optional<pid_t> paused_worker_;
  bool paused_ = false;
};

// The node and all that came from it, also what left its group.
void kill_with_family(const NodeProcess& node);

}  // namespace hearsay::bench
