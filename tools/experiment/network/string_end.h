// Where a string in JSON ends, for those who walk over a text without parsing it. Pure; any text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hearsay::bench {

// Offset behind the string whose first character, after its quote, is at `i`; the end of the text
// if the string has none.
inline std::size_t behind_string(std::string_view json, std::size_t i) {
  while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2U : 1U;
  return std::min(i + 1, json.size());
}

}  // namespace hearsay::bench
