#include "worker/gossip/arrival_count.h"

#include <utility>

namespace hearsay::gossip {
namespace {

constexpr std::uint64_t kMostMissing = 12;   // at once
constexpr std::size_t kMostRemembered = 64;  // lost ones
constexpr std::uint64_t kWorthTelling = 4;   // counts without a loss

}  // namespace

ArrivalCount::Arrival ArrivalCount::on_arrival(const Source& root, std::uint64_t number,
                                               std::int64_t now_ns) {
  if (root_ != root) {
    root_ = root;
    highest_ = number;
    awaited_.clear();
    lost_.clear();
    ++counts_.came;
    return Arrival::first;
  }
  if (number > highest_) {
    await(highest_ + 1, number - 1, now_ns);
    highest_ = number;
    ++counts_.came;
    return Arrival::first;
  }
  if (awaited_.erase(number) > 0) {
    ++counts_.came;
    return Arrival::overtaken;
  }
  if (lost_.erase(number) == 0) return Arrival::again;
  ++counts_.came;
  ++counts_.after_all;
  return Arrival::after_all;
}

void ArrivalCount::await(std::uint64_t first, std::uint64_t last, std::int64_t now_ns) {
  if (last + 1 - first > kMostMissing) return;
  for (std::uint64_t number = first; number <= last; ++number) awaited_.emplace(number, now_ns);
}

void ArrivalCount::give_up(std::int64_t now_ns, std::int64_t patience_ns) {
  for (auto at = awaited_.begin(); at != awaited_.end();) {
    if (at->second + patience_ns > now_ns) {
      ++at;
      continue;
    }
    ++counts_.lost;
    lost_.insert(at->first);
    if (lost_.size() > kMostRemembered) lost_.erase(lost_.begin());
    at = awaited_.erase(at);
  }
}

std::optional<ArrivalCount::Counts> ArrivalCount::take() {
  if (counts_.lost == 0 && counts_.after_all == 0 && counts_.came < kWorthTelling)
    return std::nullopt;
  return std::exchange(counts_, {});
}

}  // namespace hearsay::gossip
