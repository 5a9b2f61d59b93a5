// How much clocks differ, from messages between those who have them: what was received had been
// sent before. Pure.
//
// Each message bounds the difference of two clocks from one side, messages of both directions from
// both; bounds add up along ways. Offsets are chosen within all bounds, so that no message arrives
// before it was sent: zero where that is possible, else the middle. Where no constant offsets are
// possible clocks run at different rates, and those are estimated first. Where that does not fit
// either (a clock was set, or ran now faster and now slower) all times of a clock from a message on
// are moved up, so that it arrives after it was sent, as Lamport's clocks do. The same messages
// always give the same clocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hearsay::traces {

// Each time on the clock of who wrote it. Not before 1970, not after 2096.
struct ClockMessage {
  std::size_t from;
  std::size_t to;
  std::int64_t sent_ns;
  std::int64_t received_ns;
};

struct Clock {
  std::int64_t offset_ns = 0;  // ahead of the reference by so much at zero_ns
  double gain = 0;             // and more for each ns of its own since then
  std::int64_t zero_ns = 0;
  // From there on, on its own clock, so much later; those before it are in it.
  struct Jump {
    std::int64_t from_ns;
    std::int64_t by_ns;
  };
  std::vector<Jump> jumps;
  std::optional<std::int64_t> least_ns;  // what the offset may be; nothing: no bound
  std::optional<std::int64_t> most_ns;
  std::int64_t messages = 0;  // with others

  bool differs() const { return offset_ns != 0 || gain != 0 || !jumps.empty(); }
  // At the reference's rate, its offset still in it.
  std::int64_t steady_ns(std::int64_t own_ns) const;
  // On the reference's clock.
  std::int64_t shared_ns(std::int64_t own_ns) const;
  // All jumps.
  std::int64_t jumped_ns() const { return jumps.empty() ? 0 : jumps.back().by_ns; }
};

struct Clocks {
  std::vector<Clock> all;
  std::size_t reference = 0;  // the first that has messages
  // No message arrives before it was sent. False: the logs contradict themselves.
  bool in_order = true;

  bool differ() const;
};

Clocks compare_clocks(std::size_t count, const std::vector<ClockMessage>& messages);

}  // namespace hearsay::traces
