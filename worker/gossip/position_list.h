// The positions of one source's values, in the order of their numbers, as small as can be.
//
// Most sources of a large cluster have one value or two: these stand in the object itself. Of more
// the room doubles, so that how much there is follows from the size. 12 bytes, and the owner may
// put 4 of its own behind them ([[no_unique_address]]). Not thread-safe. Throws std::bad_alloc;
// nothing has changed then.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

namespace hearsay::gossip {

class PositionList {
 public:
  PositionList() = default;
  ~PositionList() {
    if (!is_inside()) std::free(room_.heap);
  }
  PositionList(PositionList&& other) noexcept
      : room_(other.room_), size_(std::exchange(other.size_, 0)) {}
  PositionList& operator=(PositionList&& other) noexcept {
    std::swap(room_, other.room_);
    std::swap(size_, other.size_);
    return *this;
  }

  std::uint32_t size() const { return size_; }
  std::uint32_t operator[](std::uint32_t at) const {
    return is_inside() ? room_.inside[at] : room_.heap[at];
  }

  void push_back(std::uint32_t position) {
    if (size_ < kInside) {
      room_.inside[size_++] = position;
      return;
    }
    const bool is_power_of_two = (size_ & (size_ - 1)) == 0;  // has_single_bit() would be a call
    if (is_power_of_two) grow();
    room_.heap[size_++] = position;
  }  // NOLINT(clang-analyzer-unix.Malloc): room_ has it

 private:
  static constexpr std::uint32_t kInside = 2;

  bool is_inside() const { return size_ <= kInside; }

  // From what is full to twice as much.
  void grow() {
    if (size_ > std::numeric_limits<std::uint32_t>::max() / 2) throw std::bad_alloc();
    auto* const before = is_inside() ? nullptr : room_.heap;
    auto* const heap = static_cast<std::uint32_t*>(
        std::realloc(before, std::uint64_t{2} * size_ * sizeof(std::uint32_t)));
    if (heap == nullptr) throw std::bad_alloc();
    if (before == nullptr) {
      heap[0] = room_.inside[0];
      heap[1] = room_.inside[1];
    }
    room_.heap = heap;
  }

  union {
    std::uint32_t* heap;
    std::uint32_t inside[kInside];
  } room_{};
  std::uint32_t size_ = 0;
};

}  // namespace hearsay::gossip
