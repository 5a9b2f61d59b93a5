// Text that others wrote: nodes, people who name files.
//
// Any bytes may stand in it. What goes into JSON must be UTF-8; what goes to a terminal must not
// steer it. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearsay::bench {

// With U+FFFD for each byte that is not UTF-8, as Java reads it; nothing if there is none.
std::optional<std::string> repaired_utf8(std::string_view text);

// JSON with a question mark for each \uXXXX that is half of a surrogate pair without the other:
// Java reads and keeps it, and writes that mark (nlohmann's type takes none). Nothing if there is
// none.
std::optional<std::string> repaired_surrogates(std::string_view json);

// JSON with \u00XX for each control character that stands in a string as it is: Maelstrom's parser
// takes them, and nlohmann's does not. Nothing if there is none.
std::optional<std::string> escaped_controls(std::string_view json);

// What can't harm on a terminal stays; the rest (control characters, signs that turn the direction
// of writing, signs that nobody sees, bytes that are not UTF-8) is spelled out: \x1b. The result is
// UTF-8.
std::string printable(std::string_view text);
// The same for several lines: line feeds and tabs stay too.
std::string printable_lines(std::string_view text);

}  // namespace hearsay::bench
