#include "tools/experiment/recorded/bad_text.h"

#include <fmt/core.h>

#include <algorithm>

namespace hearsay::bench {

std::string place_in(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, std::min(position, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_end = before.rfind('\n');
  const std::size_t column =
      line_end == std::string_view::npos ? before.size() + 1 : before.size() - line_end;
  return fmt::format("line {}, column {}", line, column);
}

BadText::BadText(std::string_view text, std::size_t position, const std::string& what)
    : std::runtime_error(place_in(text, position) + ": " + what) {}

}  // namespace hearsay::bench
