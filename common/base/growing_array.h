// An array that grows at its end without a moment that costs much, however long it is.
//
// A std::vector that doubles copies all of itself. Here realloc moves a large array by its pages
// (mremap), and the room that nothing uses yet is no memory. A few bytes stand in the object
// itself: many arrays with one or two elements need nothing else. Elements are trivially copyable.
// Not thread-safe. Throws std::bad_alloc; nothing has changed then.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace hearsay {

template <typename T, typename Size = std::uint64_t>
class GrowingArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T>);
  static_assert(std::is_unsigned_v<Size>);

 public:
  GrowingArray() = default;
  ~GrowingArray() {
    if (!is_inside()) std::free(room_.heap);
  }
  GrowingArray(GrowingArray&& other) noexcept
      : size_(std::exchange(other.size_, Size{0})),
        capacity_(std::exchange(other.capacity_, kInside)),
        room_(other.room_) {}
  GrowingArray& operator=(GrowingArray&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(room_, other.room_);
    return *this;
  }

  Size size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return is_inside() ? room_.inside : room_.heap; }
  const T* data() const { return is_inside() ? room_.inside : room_.heap; }
  T& operator[](Size at) { return data()[at]; }
  const T& operator[](Size at) const { return data()[at]; }
  std::span<const T> span() const { return {data(), static_cast<std::size_t>(size_)}; }

  void push_back(const T& element) {
    const T copy = element;
    make_room(1);
    data()[size_++] = copy;
  }  // NOLINT(clang-analyzer-unix.Malloc): room_ has it
  void pop_back() { --size_; }
  // `elements` are not this array's own.
  void append(std::span<const T> elements) {
    if (elements.empty()) return;
    make_room(elements.size());
    std::memcpy(data() + size_, elements.data(), elements.size_bytes());
    size_ +=
        static_cast<Size>(elements.size());  // NOLINT(clang-analyzer-unix.Malloc): room_ has it
  }

 private:
  // NOLINTNEXTLINE(bugprone-sizeof-expression): as many as fit where the pointer would lie
  static constexpr Size kInside = sizeof(T*) / sizeof(T);

  bool is_inside() const { return capacity_ <= kInside; }

  void make_room(std::uint64_t more) {
    const std::uint64_t needed = size_ + more;
    if (needed <= capacity_) return;
    constexpr std::uint64_t kMost = std::numeric_limits<Size>::max() / sizeof(T);
    if (needed > kMost) throw std::bad_alloc();
    const std::uint64_t half_more = std::uint64_t{capacity_} + capacity_ / 2;
    const std::uint64_t capacity =
        std::min(kMost, std::max<std::uint64_t>({needed, half_more, kInside + 2}));
    T* const before = is_inside() ? nullptr : room_.heap;
    T* const heap = static_cast<T*>(std::realloc(before, capacity * sizeof(T)));
    if (heap == nullptr) throw std::bad_alloc();
    if (before == nullptr && size_ > 0) std::memcpy(heap, room_.inside, size_ * sizeof(T));
    room_.heap = heap;
    capacity_ = static_cast<Size>(capacity);
  }

  Size size_ = 0;
  Size capacity_ = kInside;
  union {
    T* heap;
    T inside[kInside == 0 ? 1 : kInside];
  } room_{};
};

}  // namespace hearsay
