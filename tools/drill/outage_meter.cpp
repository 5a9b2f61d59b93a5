#include "tools/drill/outage_meter.h"

#include <algorithm>

namespace hearsay::drill {

void OutageMeter::take_answer(std::int64_t now_ns, std::int64_t asked_ns, Strikes& strikes) {
  const std::int64_t gap_ns = now_ns - last_answer_ns_;
  last_answer_ns_ = now_ns;
  for (Open& open : open_) {
    open.longest_ns = std::max(open.longest_ns, gap_ns);
    if (asked_ns > open.time_ns) strikes[open.strike].outage_ns = open.longest_ns;
  }
  std::erase_if(open_, [&](const Open& open) { return asked_ns > open.time_ns; });
}

}  // namespace hearsay::drill
