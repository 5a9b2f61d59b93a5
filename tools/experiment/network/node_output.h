// What makes a line of a node's stdout a message, by Maelstrom's rules.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "common/protocol/line_parser.h"

namespace hearsay::bench {

// Views into the line that it was read from and into the parser.
struct Envelope {
  std::string_view src;
  std::string_view dest;
  std::string_view body;  // JSON
  std::string_view type;  // the body's
};

// The envelope, or what is wrong with the line, in words: no JSON, blank, no object, src or dest
// missing, a top-level key beside src, dest, body and id.
std::variant<Envelope, std::string> parse_output(protocol::LineParser& parser,
                                                 std::string_view line);

}  // namespace hearsay::bench
