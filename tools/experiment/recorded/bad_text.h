// What is wrong with a text that somebody recorded, and where.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hearsay::bench {

// "line 3, column 14: the map that begins in line 3, column 1 has no end".
class BadText : public std::runtime_error {
 public:
  // `position`: in bytes, of `text`.
  BadText(std::string_view text, std::size_t position, const std::string& what);
};

// Values go through functions that call themselves: so many of them may be in each other.
inline constexpr std::size_t kDeepest = 1'000;

// "line 3, column 14"; both from 1, columns in bytes.
std::string place_in(std::string_view text, std::size_t position);

}  // namespace hearsay::bench
