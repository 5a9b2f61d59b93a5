// One text for one JSON value, so that values can be compared and kept as text.
//
// Two nodes must agree whether two values are the same although Maelstrom, between them, parses
// and prints every message anew: white space, the order of an object's keys, escapes in strings
// and the spelling of floats may all change on the way. Canonical form: no white space; an object's
// keys in byte order (of a key given twice the last value); strings escaped as append_json_string
// does; integers digit by digit as given, of any size (-0 is 0); numbers with a point or an
// exponent in the shortest form that reads back as the same double, always with a point or an
// exponent (1.0 stays different from 1). Idea: RFC 8785, without its rounding of integers.
#pragma once

#include <string>
#include <string_view>

namespace hearsay::protocol {

// Appends the canonical form of `json`, which is valid JSON (as the fields of a Message are).
// Deep nesting needs no stack. Linear in the text but for the sorting of keys. Text that cannot be
// read as JSON (it came from a damaged segment, say) is appended as it is.
void append_canonical_json(std::string& out, std::string_view json);

inline std::string canonical_json(std::string_view json) {
  std::string text;
  append_canonical_json(text, json);
  return text;
}

}  // namespace hearsay::protocol
