// Words of the shared memory that know when they are damaged: 48 bits of value, and 16 that follow
// from them, in one atomic word. Any single flipped bit is found (guarded_word_test.cpp tries all
// of them for many values), and all but 1 in 65,536 of other damage.
//
// A word is one store and one load, as a bare atomic: lock-free, safe at a kill, with the memory
// order that the caller asks for. Memory that is all zero is the value 0.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "common/base/check.h"
#include "common/base/record.h"

namespace hearsay::shm {

class GuardedWord {
 public:
  static constexpr std::uint64_t kLargest = (std::uint64_t{1} << 48) - 1;

  // Throws CorruptSegment when nobody stored what is there.
  std::uint64_t load(std::memory_order order) const {
    const std::uint64_t word = word_.load(order);
    const std::uint64_t value = word & kLargest;
    if (word != guarded(value)) refuse(word);
    return value;
  }
  void store(std::uint64_t value, std::memory_order order) {
    HEARSAY_CHECK(value <= kLargest, "a value of 48 bits");
    word_.store(guarded(value), order);
  }

 private:
  // The upper bits of a product with an odd constant: each bit of the value moves them.
  static constexpr std::uint64_t guarded(std::uint64_t value) {
    return value | (value * 0x9e37'79b9'7f4a'7c15 >> 48 << 48);
  }
  [[noreturn]] static void refuse(std::uint64_t word);

  std::atomic<std::uint64_t> word_;
};
static_assert(sizeof(GuardedWord) == sizeof(std::uint64_t));
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

inline constexpr std::uint64_t kNoPosition = ~std::uint64_t{0};

// A position in a ring (ring.h), which is a multiple of 8, or kNoPosition.
class PositionWord {
 public:
  // Whether it is a position that can be kept.
  static bool is_position(std::uint64_t position) {
    return position % kUnitBytes == 0 && position / kUnitBytes < GuardedWord::kLargest;
  }
  // Throws CorruptSegment.
  std::uint64_t load(std::memory_order order) const {
    const std::uint64_t unit = word_.load(order);
    return unit == GuardedWord::kLargest ? kNoPosition : unit * kUnitBytes;
  }
  void store(std::uint64_t position, std::memory_order order) {
    word_.store(position == kNoPosition ? GuardedWord::kLargest : position / kUnitBytes, order);
  }

 private:
  static constexpr std::uint64_t kUnitBytes = 8;

  GuardedWord word_;
};
static_assert(sizeof(PositionWord) == sizeof(std::uint64_t));

}  // namespace hearsay::shm
