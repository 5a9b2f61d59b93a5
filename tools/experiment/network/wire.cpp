#include "tools/experiment/network/wire.h"

#include "common/base/check.h"

namespace hearsay::bench {

Wire::Wire(const WireOptions& options, std::uint64_t seed)
    : loss_{options.loss, Random(seed, "lost messages")},
      duplicate_{options.duplicate, Random(seed, "duplicated messages")},
      reorder_{options.reorder, Random(seed, "delayed messages")},
      longest_delay_ms_(options.longest_delay_ms),
      delay_random_(seed, "delays"),
      copy_random_(seed, "latency of duplicates") {
  HEARSAY_CHECK(longest_delay_ms_ > 0, "a message that is overtaken needs a delay");
}

void Wire::turn(Fault fault, bool on) {
  HEARSAY_CHECK(is_on_the_wire(fault), "only loss, duplicate and reorder are on the wire");
  Dice& dice = fault == Fault::loss ? loss_ : fault == Fault::duplicate ? duplicate_ : reorder_;
  dice.on = on;
}

WireOptions Wire::now() const {
  const auto probability = [](const Dice& dice) { return dice.on ? dice.probability : 0; };
  return {probability(loss_), probability(duplicate_), probability(reorder_), longest_delay_ms_};
}

std::int64_t Wire::draw_delay_ms() {
  if (!strikes(reorder_)) return 0;
  return 1 + static_cast<std::int64_t>(
                 delay_random_.below(static_cast<std::uint64_t>(longest_delay_ms_)));
}

}  // namespace hearsay::bench
