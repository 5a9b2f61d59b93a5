// The nodes of a run in real time, wherever they are: processes of ours (NodeGroup), or attached to
// a bus (tools/cluster). The way into them, the way of a nemesis to them, and what they did.
//
// What they say goes into the network. A node that ends by itself ends the run. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/experiment/faults/node_control.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/verdict/deaths.h"
#include "tools/experiment/verdict/findings.h"
#include "tools/experiment/verdict/outcome.h"

namespace hearsay::bench {

class TestedNodes : public NodePort, public NodeControl {
 public:
  // `failure` is for people: which node, how it ended.
  using OnDeath =
      std::function<void(std::int64_t now_ns, std::size_t node, const std::string& failure)>;

  // `network` has them already, and outlives them.
  virtual void start(Network& network) = 0;
  // SIGCHLD came.
  virtual void look_for_deaths(std::int64_t now_ns) = 0;
  // The run is over. Returns the names of the nodes that left processes behind.
  virtual std::vector<std::string> stop() = 0;

  virtual const Findings& findings() const = 0;
  // Of workers.
  virtual const Deaths& deaths() const = 0;
  // Of a node that died by itself; nothing: of a signal, or it lives, or nobody knows.
  virtual std::optional<int> exit_status(std::size_t node) const = 0;
  // -1: it has no process now, or none of this machine.
  virtual pid_t pid(std::size_t node) const = 0;
  // They are gone after stop().
  virtual bool end_with_run() const = 0;
  // What it said before it died, for people; of one that lives and did not answer also why that may
  // be.
  virtual std::string last_words(std::size_t node, bool was_silent) const = 0;
  // What else is known of them and of the run, when it is over.
  virtual void add_to(Outcome& outcome) const = 0;
};

}  // namespace hearsay::bench
