// Which part of the messages gets lost, and what a node does about it: in proportion, and nothing
// for a single loss.
//
// The relay adds up what all others say (arrival_count.h), the older the less; its batches tell
// everybody the rate. Not thread-safe; pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "worker/gossip/arrival_count.h"

namespace hearsay::gossip {

class LossRate {
 public:
  static constexpr std::uint64_t kPermille = 1000;

  // As the relay.
  void add(const ArrivalCount::Counts& counts);
  void on_batch();
  // As somebody else: the relay says so. It is also where a new relay begins.
  void hear(std::uint64_t permille);

  std::uint64_t permille() const { return permille_; }
  // By more than chance.
  bool is_lossy() const;

  // How many of the batches before it a batch is to repeat, so that hardly anybody misses all. At
  // least 1: a single loss then costs no message and no round trip. While little is known, more:
  // that costs bytes only.
  std::size_t repeats() const;
  // How often to tell the relay a value, so that it hardly ever gets none.
  int tells() const;
  // Which part of the usual period to leave between two batches, so that the repeats come in time.
  std::int64_t period_percent() const;
  // How often to ask in vain before somebody is taken to be out of reach.
  int questions() const;

 private:
  double came_ = 0;
  double lost_ = 0;
  std::uint64_t permille_ = 0;
};

}  // namespace hearsay::gossip
