// How a nemesis gets at nodes: at processes (NodeGroup), or at the simulator's cores.
//
// Every call is allowed at every moment: what makes no sense then (to pause a node that is dead, to
// resume one that runs) does nothing. Whoever kills or starts a node tells the network as well
// (Network::take_down, bring_up); an implementation doesn't.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace hearsay::bench {

class NodeControl {
 public:
  virtual ~NodeControl() = default;

  // What was hit (a process id); nothing if the node has no worker at the moment.
  virtual std::optional<std::int64_t> kill_worker(std::int64_t now_ns, std::size_t node) = 0;
  virtual std::optional<std::int64_t> pause_worker(std::int64_t now_ns, std::size_t node) = 0;
  virtual void resume_worker(std::int64_t now_ns, std::size_t node) = 0;

  // The whole node. Killed, it is gone with all that it held in memory; started again, it knows
  // nothing until somebody sends it a fresh `init`.
  virtual void kill_node(std::int64_t now_ns, std::size_t node) = 0;
  virtual void start_node(std::int64_t now_ns, std::size_t node) = 0;
  // A paused node neither reads nor writes; what is sent to it waits.
  virtual void pause_node(std::int64_t now_ns, std::size_t node) = 0;
  virtual void resume_node(std::int64_t now_ns, std::size_t node) = 0;
};

}  // namespace hearsay::bench
