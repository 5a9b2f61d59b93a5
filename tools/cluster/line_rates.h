// Lines a second, of the last five seconds. Pure.
#pragma once

#include <cstdint>
#include <deque>

#include "tools/cluster/presence.h"

namespace hearsay::cluster {

class LineRates {
 public:
  // Each second.
  void take(std::int64_t now_ns, const Presence& counts);
  void put_into(Presence& presence) const;

 private:
  struct Sample {
    std::int64_t at_ns;
    std::int64_t in;
    std::int64_t out;
  };

  std::deque<Sample> samples_;
};

}  // namespace hearsay::cluster
