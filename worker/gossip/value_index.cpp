#include "worker/gossip/value_index.h"

#include <new>
#include <utility>

namespace hearsay::gossip {
namespace {

constexpr unsigned kFewestBits = 3;
constexpr unsigned kMostBits = 31;
// A table is left when it is this full, in sixteenths.
constexpr std::uint64_t kFull = 13;

bool holds(unsigned bits, std::uint64_t count) {
  return 16 * count <= kFull << bits;
}

}  // namespace

bool ValueIndex::is_full() const {
  return table_.slots == nullptr || !holds(table_.bits, std::uint64_t{size_} + 1);
}

// The system gives zeros, page by page, when they are first looked at.
void ValueIndex::grow(std::uint64_t count) {
  unsigned bits = kFewestBits;
  while (!holds(bits, count)) ++bits;
  if (bits > kMostBits) throw std::bad_alloc();
  Table next;
  next.slots.reset(
      static_cast<std::uint32_t*>(std::calloc(std::size_t{1} << bits, sizeof(std::uint32_t))));
  if (next.slots == nullptr) throw std::bad_alloc();
  next.bits = bits;
  outgrown_ = std::exchange(table_, std::move(next));
  outgrown_size_ = size_;
  moved_ = 0;
}

}  // namespace hearsay::gossip
