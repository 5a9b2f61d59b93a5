#include "tools/experiment/network/passage.h"

#include <fmt/core.h>

namespace hearsay::bench {

Passage passage_of(const Link& link, std::uint64_t seed, std::string_view from, std::string_view to,
                   std::uint64_t number) {
  Random random(seed, fmt::format("message {} of {} to {}", number, from, to));
  Passage passage;
  // Everything is drawn, whether it is needed or not.
  passage.lost = random.unit() < link.wire.loss;
  const bool twice = random.unit() < link.wire.duplicate;
  const bool delayed = random.unit() < link.wire.reorder;
  const auto delay_ms = static_cast<std::int64_t>(
      1 + random.below(static_cast<std::uint64_t>(link.wire.longest_delay_ms)));
  if (delayed) passage.delay_ms = delay_ms;
  passage.latency_ms = draw_latency_ms(link.latency, random);
  if (twice) passage.copy_latency_ms = draw_latency_ms(link.latency, random);
  return passage;
}

}  // namespace hearsay::bench
