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
// and they wait for a whole second one. What would come out below a round trip is therefore
// 1.28 hops: shorter ones cost messages and gain nothing that Maelstrom could see (README.md,
// figures).
#pragma once

#include <cstdint>

namespace hearsay::gossip {

struct Pace {
  bool direct;
  std::int64_t period_ns;    // between two batches of one root
  std::int64_t deadline_ns;  // by then a value that was sent to the relay has come back in a batch
};

Pace choose_pace(std::int64_t budget_ns, std::int64_t hop_ns, std::uint32_t depth);

// The latency of a hop, measured: a moving average over half round trips. Until the first sample
// kAssumedHopNs.
class HopLatency {
 public:
  static constexpr std::int64_t kAssumedHopNs = 100'000'000;

  void sample(std::int64_t hop_ns);
  void restore(std::int64_t hop_ns) { hop_ns_ = hop_ns; }
  std::int64_t ns() const { return hop_ns_ < 0 ? kAssumedHopNs : hop_ns_; }
  bool measured() const { return hop_ns_ >= 0; }

 private:
  std::int64_t hop_ns_ = -1;
};

}  // namespace hearsay::gossip
