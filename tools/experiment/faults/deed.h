// What nemeses do, and when: decided by the seed alone.
//
// A fault's deeds come one after the other, at times planned in advance (the gaps count from one
// planned time to the next, not from when a deed was really done), so that a run in real time and
// one in virtual time do the same. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/experiment/network/fault.h"
#include "tools/experiment/network/partition.h"
#include "tools/experiment/time/random.h"
#include "tools/experiment/time/stagger.h"

namespace hearsay::bench {

struct Deed {
  std::int64_t time_ns = 0;  // since the start of the load
  Fault fault = Fault::partition;
  bool begins = true;  // false: it ends what the fault's last deed began

  // Of a deed that begins something.
  std::string kind;                // of the partition or of the choice of nodes; empty: no kinds
  std::vector<std::size_t> nodes;  // those that are hit
  Grudge grudge;                   // partition, one_way: who doesn't hear whom
};

// Endless. Faults that need an end begin and end in turns, from time 0 on; a fault that needs none
// comes after a gap.
class Deeds {
 public:
  Deeds(Fault fault, std::int64_t mean_gap_ns, std::size_t node_count, std::uint64_t seed);

  const Deed& next() const { return next_; }
  // Draws the one after.
  void advance();

 private:
  void draw();

  std::size_t node_count_;
  Random random_;
  Stagger stagger_;
  Deed next_;
};

// Jepsen's form: the nodes, and those that they don't hear.
nlohmann::json to_json(const Grudge& grudge, const std::vector<std::string>& names);
// {"time-ms": ..., "f": ..., "value": null or the kind and what it hits}; `names`: of the nodes.
nlohmann::json to_json(const Deed& deed, const std::vector<std::string>& names);

}  // namespace hearsay::bench
