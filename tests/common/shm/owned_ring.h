// A ring in private memory, for tests: its data stands in an allocation of its own, so that the
// address sanitizer sees any access outside of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/shm/ring.h"

namespace hearsay::shm {

inline constexpr auto kRelaxed = std::memory_order_relaxed;
inline constexpr std::uint64_t kCapacity = 1024;  // small: it wraps soon

class OwnedRing {
 public:
  explicit OwnedRing(std::uint64_t capacity_bytes)
      : capacity_bytes_(capacity_bytes),
        control_(std::make_unique<RingControl>()),
        data_(std::make_unique<std::byte[]>(capacity_bytes)) {}

  RingView view() { return {control_.get(), data_.get(), capacity_bytes_}; }
  RingControl& control() { return *control_; }
  std::byte* data() { return data_.get(); }

 private:
  std::uint64_t capacity_bytes_;
  std::unique_ptr<RingControl> control_;
  std::unique_ptr<std::byte[]> data_;
};

}  // namespace hearsay::shm
