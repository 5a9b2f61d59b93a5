// Kills and stops, at random moments, until there were as many as wanted.
//
// Whom it hits, when and how depends on the seed and the options alone; where in its work that
// finds a node, on chance. So that starts and recoveries are hit too, some workers are not left
// alone after a kill: their successors are killed a moment later. A node without a worker is tried
// again shortly after. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tools/drill/options.h"
#include "tools/drill/strike.h"
#include "tools/experiment/faults/node_control.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/time/event_heap.h"
#include "tools/experiment/time/random.h"
#include "tools/experiment/time/stagger.h"

namespace hearsay::drill {

class StrikeListener {
 public:
  virtual ~StrikeListener() = default;
  // The last one of the list; called before or after the blow, at the same moment.
  virtual void struck(std::int64_t now_ns) = 0;
  virtual void node_killed(std::size_t node) = 0;
  virtual void node_started(std::int64_t now_ns, std::size_t node) = 0;
  // There were as many as wanted, or nobody could be hit for a long time.
  virtual void strikes_done(std::int64_t now_ns) = 0;
};

class Striker {
 public:
  // Everything given by reference outlives the striker, and the striker outlives the heap's events.
  Striker(bench::EventHeap& heap, bench::Network& network, bench::NodeControl& control,
          const DrillOptions& options, Strikes& strikes, StrikeListener& listener);

  void start(std::int64_t now_ns);
  // Whatever is stopped goes on.
  void heal(std::int64_t now_ns);
  // Since when neither the node nor its worker is stopped; nothing if one is.
  std::optional<std::int64_t> calm_since_ns(std::size_t node) const;

 private:
  void plan(std::int64_t now_ns);
  // The next one, and how long until then.
  Strike draw(std::int64_t& gap_ns);
  void strike(std::int64_t now_ns, const Strike& planned, std::int64_t tries_until_ns);
  bool hit_worker(std::int64_t now_ns, Strike strike);
  void hit_node(std::int64_t now_ns, const Strike& strike);
  void note(std::int64_t now_ns, Strike strike);
  void resume(std::int64_t now_ns, std::size_t node);

  bench::EventHeap& heap_;
  bench::Network& network_;
  bench::NodeControl& control_;
  const DrillOptions& options_;
  Strikes& strikes_;
  StrikeListener& listener_;
  bench::Random random_;
  bench::Stagger stagger_;
  std::optional<std::size_t> again_;      // the node whose next worker is hit, too
  std::vector<std::int64_t> stops_;       // by node: that have not been ended
  std::vector<std::int64_t> resumed_ns_;  // by node
};

}  // namespace hearsay::drill
