// Words that know when they are damaged.
#include "common/shm/guarded_word.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tests/common/shm/owned_ring.h"

namespace hearsay::shm {
namespace {

TEST(GuardedWord, HoldsAnyValueOf48Bits) {
  GuardedWord word{};
  EXPECT_EQ(word.load(kRelaxed), 0U) << "memory that is all zero";
  for (std::uint64_t value = 1; value <= GuardedWord::kLargest; value = value * 3 + 1) {
    word.store(value, kRelaxed);
    EXPECT_EQ(word.load(kRelaxed), value);
  }
  word.store(GuardedWord::kLargest, kRelaxed);
  EXPECT_EQ(word.load(kRelaxed), GuardedWord::kLargest);
}

TEST(GuardedWord, AnyFlippedBitIsFound) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    // Small values and large ones.
    const std::uint64_t value = random() >> (16 + random() % 48);
    for (std::uint64_t bit = 0; bit < 64; ++bit) {
      GuardedWord word{};
      word.store(value, kRelaxed);
      std::uint64_t bits = 0;
      std::memcpy(&bits, static_cast<void*>(&word), sizeof bits);
      bits ^= std::uint64_t{1} << bit;
      std::memcpy(static_cast<void*>(&word), &bits, sizeof bits);
      EXPECT_THROW(word.load(kRelaxed), CorruptSegment) << value << " bit " << bit;
    }
  }
}

TEST(PositionWord, HoldsPositionsAndNone) {
  PositionWord word{};
  EXPECT_EQ(word.load(kRelaxed), 0U);
  for (std::uint64_t position = 8; position < std::uint64_t{1} << 50; position *= 2) {
    word.store(position, kRelaxed);
    EXPECT_EQ(word.load(kRelaxed), position);
  }
  word.store(kNoPosition, kRelaxed);
  EXPECT_EQ(word.load(kRelaxed), kNoPosition);
}

}  // namespace
}  // namespace hearsay::shm
