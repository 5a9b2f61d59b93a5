#include "tools/experiment/clients/transaction_source.h"

#include <numeric>

#include "common/base/check.h"

namespace hearsay::bench {

TransactionSource::TransactionSource(std::size_t key_count, std::size_t max_length,
                                     std::int64_t max_writes_per_key)
    : max_length_(max_length),
      max_writes_per_key_(max_writes_per_key),
      pool_(key_count),
      greatest_key_(static_cast<std::int64_t>(key_count) - 1) {
  HEARSAY_CHECK(key_count > 0 && max_length > 0 && max_writes_per_key > 0, "one of each at least");
  std::iota(pool_.begin(), pool_.end(), 0);
}

std::vector<MicroOperation> TransactionSource::next(Random& random) {
  const std::size_t length = 1 + random.below(max_length_);
  std::vector<MicroOperation> steps;
  while (steps.size() < length) {
    const bool is_write = random.below(2) == 1;
    std::int64_t& key = pool_[draw_position(random)];
    if (!is_write) {
      steps.push_back({false, key, 0});
    } else if (std::int64_t& last = written_[key]; last < max_writes_per_key_) {
      steps.push_back({true, key, ++last});
    } else {
      written_.erase(key);
      key = ++greatest_key_;
    }
  }
  return steps;
}

// The last position has half of the weight, the one before a quarter, ...: heads or tails.
std::size_t TransactionSource::draw_position(Random& random) const {
  for (;;) {
    for (std::size_t position = pool_.size(); position > 0; --position) {
      if (random.below(2) == 0) return position - 1;
    }
  }
}

}  // namespace hearsay::bench
