// What a node knows about the way to others: how long a hop takes, and how much later than that a
// message may come before it counts as lost.
//
//   hop      a moving average over half round trips, and how far samples are from it on average
//            (RFC 6298). Until the first sample it is assumed
//   jitter   how much the travel times of a stream of messages differ from one to the next; this
//            needs no common clock (interarrival jitter, RFC 3550, section 6.4.1)
//   window   grows when something that was taken for lost turns out to have been late, and shrinks
//            slowly when that doesn't happen (reordering window of RACK-TLP, RFC 8985)
//
// Until there is a sample nothing is known about lateness, so patience is long. Not thread-safe;
// pure.
#pragma once

#include <cstdint>
#include <optional>

#include "worker/gossip/value_log.h"

namespace hearsay::gossip {

class HopEstimate {
 public:
  static constexpr std::int64_t kAssumedHopNs = 100'000'000;
  static constexpr std::int64_t kUnknownMarginNs = 2'000'000'000;
  static constexpr std::int64_t kMostMarginNs = 5'000'000'000;

  void sample(std::int64_t hop_ns);
  // What a successor is to know.
  struct Record {
    std::int64_t hop_ns;
    std::int64_t deviation_ns;
  };
  Record record() const { return {hop_ns_, deviation_ns_}; }
  void restore(const Record& record);
  std::int64_t ns() const { return hop_ns_ < 0 ? kAssumedHopNs : hop_ns_; }
  bool measured() const { return hop_ns_ >= 0; }

  // A message of a stream came that its sender sent at `sent_us` on its own clock. Returns how much
  // longer than usual it took; at least 0.
  std::int64_t on_transit(const Source& sender, std::uint64_t sent_us, std::int64_t now_ns);
  // A peer has measured this jitter; for who hears no stream itself.
  void hear_jitter(std::int64_t jitter_ns);
  // What was taken for lost was only late.
  void on_false_alarm();

  std::int64_t deviation_ns() const { return deviation_ns_; }
  std::int64_t jitter_ns() const { return jitter_ns_; }
  // How much later than expected what takes a hop or a round trip may be, and not be lost.
  std::int64_t margin_ns() const;

 private:
  std::int64_t hop_ns_ = -1;
  std::int64_t deviation_ns_ = 0;
  std::optional<Source> sender_;  // of the stream
  std::int64_t transit_ns_ = 0;   // of its latest message, from its sender's clock to this one's
  std::int64_t usual_transit_ns_ = 0;
  std::int64_t jitter_ns_ = 0;
  std::int64_t window_ns_ = 0;
};

}  // namespace hearsay::gossip
