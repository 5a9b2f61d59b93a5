// How fast a node sends: from the latency that the user grants and the latency of a hop.
//
// One hop takes `hop`; a batch takes `depth` hops from the relay to all. A value travels one hop to
// the relay, waits there for up to a period, and travels `depth` hops more. So
//
//   budget < hop * (1 + depth)   direct: no relay, every node spreads its own values, at once or,
//                                if the budget has room beyond hop * depth, in batches
//   otherwise                    relayed: period = budget - hop * (1 + depth), and a quarter of a
//                                hop more, because Maelstrom hides most of the last one (below)
//
// One range of periods is bad under Maelstrom, whose nodes answer no client while a message is on
// its way to them: each batch releases a crowd of waiting requests at all nodes together, and their
// values are back at the relay a round trip later. A period just short of a round trip misses them,
// and they wait for a whole second one. So a period is a bit longer than a round trip, as much as
// messages jitter, if that is not far from what the budget grants; what would come out clearly
// below is 1.28 hops: shorter ones cost messages and gain nothing that Maelstrom could see
// (README.md, figures).
#pragma once

#include <cstdint>

namespace hearsay::gossip {

struct Pace {
  bool direct;
  std::int64_t period_ns;    // between two batches of one root
  std::int64_t deadline_ns;  // by then a value that was sent to the relay has come back in a batch
};

// What a node has measured (hop_estimate.h).
struct Hop {
  std::int64_t ns;            // on average
  std::int64_t deviation_ns;  // of a sample from the average
  std::int64_t jitter_ns;     // from one message to the next
  std::int64_t margin_ns;     // how late a round trip may be
};

Pace choose_pace(std::int64_t budget_ns, const Hop& hop, std::uint32_t depth);

}  // namespace hearsay::gossip
