#include "tests/interleave/races.h"

#include <algorithm>

namespace hearsay::interleave {

Races::Races(std::span<const std::byte> watched) : watched_(watched), bytes_(watched.size()) {}

std::optional<std::string> Races::access(Access access, std::size_t thread, const Clock& clock,
                                         const void* bytes, std::size_t count) {
  const auto begin = reinterpret_cast<std::uintptr_t>(watched_.data());
  const auto from = reinterpret_cast<std::uintptr_t>(bytes);
  const auto first = std::max(from, begin);
  const auto last = std::min(from + count, begin + watched_.size());
  for (auto at = first; at < last; ++at) {
    Byte& byte = bytes_[at - begin];
    const bool write = access == Access::write;
    if (clock[byte.writer] < byte.written) {
      return (write ? "overwrites byte " : "reads byte ") + std::to_string(at - begin) +
             " without knowing that it was written";
    }
    for (std::size_t other = 0; write && other < clock.size(); ++other) {
      if (clock[other] < byte.read[other]) {
        return "overwrites byte " + std::to_string(at - begin) + " that is being read";
      }
    }
    if (write) {
      byte = {thread, clock[thread], {}};
    } else {
      byte.read[thread] = clock[thread];
    }
  }
  return std::nullopt;
}

void Races::add_to(StateHash& hash) const {
  hash.add({reinterpret_cast<const char*>(watched_.data()), watched_.size()});
  for (const Byte& byte : bytes_) {
    hash.add(byte.writer);
    hash.add(byte.written);
    for (const std::uint32_t time : byte.read) hash.add(time);
  }
}

}  // namespace hearsay::interleave
