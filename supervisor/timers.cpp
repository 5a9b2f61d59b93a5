#include "supervisor/timers.h"

namespace hearsay::supervisor {

std::optional<std::int64_t> Timers::next_ns() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.top().at_ns;
}

std::optional<std::uint64_t> Timers::take_due(std::int64_t now_ns) {
  if (waiting_.empty() || waiting_.top().at_ns > now_ns) return std::nullopt;
  const std::uint64_t token = waiting_.top().token;
  waiting_.pop();
  return token;
}

}  // namespace hearsay::supervisor
