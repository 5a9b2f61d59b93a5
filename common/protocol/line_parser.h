// From a line of stdin to a Message: nlohmann's SAX parser, no document in between, and a short way
// for lines as Maelstrom writes them (plain_line.h).
//
// The parser checks the whole line (JSON, UTF-8, the shape of the envelope) and reports what is
// wrong in words for a person (one short line of ASCII). It never throws on input, needs no more
// stack for deep nesting and no more memory than a small multiple of the line. Refused although
// they are JSON: a body of more than 65,536 fields, numbers too large for a double (1e999), and
// lines with more than a million tabs, carriage returns and line feeds.
//
// Not thread-safe: one parser, one thread. What parse() returns points into the parser and into
// `line` and is good until the next call, as long as `line` lives.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/protocol/message.h"

namespace hearsay::protocol {

// A line that is no message. An answer is possible when src, dest and msg_id could be read.
struct BadLine {
  std::string
      reason;  // "missing field 'body.type'", "body.msg_id must be an integer, not a string", ...
  std::optional<std::string> src;
  std::optional<std::string> dest;
  std::optional<std::int64_t> msg_id;
};

// A message with its body's JSON text as received; top-level keys other than src, dest and body
// (Maelstrom adds "id") are ignored.
struct ParsedLine {
  Message message;
  std::string_view body;
};

class LineParser {
 public:
  // `line` without its line feed; a carriage return or other white space around the JSON is fine.
  std::variant<ParsedLine, BadLine> parse(std::string_view line);
  // The same without the short way.
  std::variant<ParsedLine, BadLine> parse_any(std::string_view line);

 private:
  void merge_repeated_fields();

  std::vector<Field> fields_;
  std::deque<std::string> decoded_;  // strings that held escapes; a deque, as views point into it
  std::vector<std::uint32_t> by_name_;
};

}  // namespace hearsay::protocol
