// Numbers in as few bytes as they need: seven bits a byte, the lowest first, the high bit says that
// more follow (LEB128). Signed ones are folded first, so that small ones of either sign are short.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/record.h"

namespace hearsay {

inline void append_varint(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<char>(number));
}

// The number at the start of `bytes`, which is shortened by it; throws CorruptSegment when there is
// none.
inline std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) break;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return number;
  }
  throw CorruptSegment("a number is cut off");
}

constexpr std::uint64_t fold_sign(std::int64_t number) {
  return static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
}
constexpr std::int64_t unfold_sign(std::uint64_t folded) {
  return static_cast<std::int64_t>(folded >> 1 ^ (~(folded & 1) + 1));
}

}  // namespace hearsay
