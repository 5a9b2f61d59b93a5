// What becomes of one message between two nodes on its way: it is lost, it is late, it comes twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tools/experiment/network/latency.h"
#include "tools/experiment/network/wire.h"

namespace hearsay::bench {

struct Passage {
  bool lost = false;
  std::int64_t latency_ms = 0;
  std::int64_t delay_ms = 0;                    // it sets off so much later: others overtake it
  std::optional<std::int64_t> copy_latency_ms;  // of a second copy; nothing: there is none
};

// The way between two nodes that are not here.
struct Link {
  Latency latency;
  WireOptions wire;

  bool operator==(const Link&) const = default;
};

// Of the `number`th message (from 0) of `from` to `to`. A function of its arguments alone: who
// hears that a message was sent knows what becomes of it elsewhere, whatever was switched on or off
// before it.
Passage passage_of(const Link& link, std::uint64_t seed, std::string_view from, std::string_view to,
                   std::uint64_t number);

}  // namespace hearsay::bench
