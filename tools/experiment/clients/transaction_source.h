// Transactions over a pool of keys, each of which is written a few times and then replaced: what
// txn-list-append, txn-rw-register and kafka draw from, as Elle's generator does.
//
// The pool has so many keys at once, at first 0, 1, 2, ... A step is a read or a write, with equal
// odds; position i of the pool is drawn with a weight of 2^i. The values of a key are 1, 2, 3, ...
// A write beyond the most that a key takes replaces the key by the greatest one plus 1, and the
// step is drawn again. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "tools/experiment/time/random.h"

namespace hearsay::bench {

struct MicroOperation {
  bool is_write = false;
  std::int64_t key = 0;
  std::int64_t value = 0;  // of a write
};

class TransactionSource {
 public:
  // All at least 1.
  TransactionSource(std::size_t key_count, std::size_t max_length, std::int64_t max_writes_per_key);

  std::vector<MicroOperation> next(Random& random);

 private:
  std::size_t draw_position(Random& random) const;

  std::size_t max_length_;
  std::int64_t max_writes_per_key_;
  std::vector<std::int64_t> pool_;
  std::int64_t greatest_key_;
  std::unordered_map<std::int64_t, std::int64_t> written_;  // by key: its last value
};

}  // namespace hearsay::bench
