// The short way for lines as Maelstrom writes them, at a tenth of the cost of a parser for all
// JSON.
//
// A plain line is printable ASCII without escapes, has no white space but blanks and no numbers but
// whole ones of up to 20 digits (ids: 18), names nothing twice, and is a message in shape. It is
// checked from the first byte to the last. What is not plain, the bad lines among it, is not judged
// here: that is LineHandler's work. A plain line gives exactly what LineHandler would give; a test
// and a fuzzer compare the two. Thread-safe.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/protocol/line_parser.h"

namespace hearsay::protocol {

// The result's views point into `line` and `fields`, which must be empty. Nothing when the line is
// not plain; `fields` is then empty again.
std::optional<ParsedLine> parse_plain_line(std::string_view line, std::vector<Field>& fields);

// Whether it is one array or object as in a plain line, so valid JSON. Of other JSON: false.
bool is_plain_json(std::string_view bytes);

}  // namespace hearsay::protocol
