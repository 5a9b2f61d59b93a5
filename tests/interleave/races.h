// Finds data races: two accesses to a byte, one of them a write, of which none happened before the
// other. Each watched byte remembers who wrote it last and who has read it since, and at what time
// of the thread (as vector clocks in ThreadSanitizer).
//
// Single-threaded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/interleave/weak_memory.h"

namespace hearsay::interleave {

class Races {
 public:
  explicit Races(std::span<const std::byte> watched);

  enum class Access { read, write };
  // The thread accesses the bytes; what lies outside of the watched ones is no matter. The race
  // that this is, if it is one.
  std::optional<std::string> access(Access access, std::size_t thread, const Clock& clock,
                                    const void* bytes, std::size_t count);

  // With what the bytes hold.
  void add_to(StateHash& hash) const;

 private:
  struct Byte {
    std::size_t writer = 0;
    std::uint32_t written = 0;
    Clock read{};
  };

  std::span<const std::byte> watched_;
  std::vector<Byte> bytes_;
};

}  // namespace hearsay::interleave
