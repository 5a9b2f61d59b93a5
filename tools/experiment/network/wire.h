// What may happen to a message between two nodes on its way: it gets lost, it arrives twice, later
// ones overtake it.
//
// Each fault has a probability and can be switched; one with a probability is on at first. Each
// draws from a stream of its own. Not thread-safe.
#pragma once

#include <cstdint>

#include "tools/experiment/network/fault.h"
#include "tools/experiment/time/random.h"

namespace hearsay::bench {

struct WireOptions {
  double loss = 0;       // probability that a message is lost
  double duplicate = 0;  // ... that it arrives twice
  double reorder = 0;    // ... that it sets off later
  // It sets off later by up to this: uniform, whole milliseconds, at least one.
  std::int64_t longest_delay_ms = 100;

  bool operator==(const WireOptions&) const = default;
};

class Wire {
 public:
  Wire(const WireOptions& options, std::uint64_t seed);

  // `fault` is loss, duplicate or reorder.
  void turn(Fault fault, bool on);

  // What may happen now: what is off has no probability.
  WireOptions now() const;

  // To be asked once a message.
  bool loses() { return strikes(loss_); }
  bool duplicates() { return strikes(duplicate_); }
  // How much later it sets off; 0: at once.
  std::int64_t draw_delay_ms();
  // For the latency of a message's second copy, so that duplicates leave all other latencies alone.
  Random& copy_random() { return copy_random_; }

 private:
  struct Dice {
    double probability;
    Random random;
    bool on = true;
  };
  static bool strikes(Dice& dice) {
    return dice.on && dice.probability > 0 && dice.random.unit() < dice.probability;
  }

  Dice loss_;
  Dice duplicate_;
  Dice reorder_;
  std::int64_t longest_delay_ms_;
  Random delay_random_;
  Random copy_random_;
};

}  // namespace hearsay::bench
