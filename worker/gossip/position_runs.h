// Positions of the log in the journal's records: runs of them, since most follow each other.
//
//   run...      each: its first position, less that behind the run before, signed; how many more
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "common/base/record.h"
#include "common/base/varint.h"

namespace hearsay::gossip {

inline std::string position_runs(std::span<const std::uint32_t> positions) {
  std::string bytes;
  std::int64_t behind = 0;
  for (std::size_t i = 0; i < positions.size();) {
    std::size_t end = i + 1;
    while (end < positions.size() && positions[end] == positions[end - 1] + 1) ++end;
    append_varint(bytes, fold_sign(positions[i] - behind));
    append_varint(bytes, end - i - 1);
    behind = std::int64_t{positions[end - 1]} + 1;
    i = end;
  }
  return bytes;
}

// Calls each(position) for all of them, in order. Throws CorruptSegment, also when one is not below
// `end`.
template <typename Each>
void for_each_position(std::string_view bytes, std::uint32_t end, Each&& each) {
  std::uint64_t behind = 0;
  while (!bytes.empty()) {
    const std::uint64_t first =
        behind + static_cast<std::uint64_t>(unfold_sign(take_varint(bytes)));
    const std::uint64_t more = take_varint(bytes);
    if (first >= end || more >= end - first) {
      throw CorruptSegment("the journal names no such value");
    }
    behind = first + more + 1;
    for (std::uint64_t at = first; at < behind; ++at) each(static_cast<std::uint32_t>(at));
  }
}

}  // namespace hearsay::gossip
