// What makes a line of a node's stdout a message, by Maelstrom's rules (the table in README.md).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/protocol/message.h"

namespace hearsay::bench {

// Views into the line that it was read from and into the parser.
struct Envelope {
  std::string_view src;
  std::string_view dest;
  std::string_view body;  // JSON, an object
  std::string_view type;  // the body's; empty: it has none
  // What is odd about the line although Maelstrom takes it, in words; empty: nothing.
  std::string_view oddity;
};

// Not thread-safe. What parse() returns is good until the next call, as long as the line lives.
class OutputParser {
 public:
  // The envelope, or what is wrong with the line, in words.
  std::variant<Envelope, std::string> parse(std::string_view line);

 private:
  std::optional<Envelope> parse_plain(std::string_view line);
  std::variant<Envelope, std::string> parse_text(std::string_view line);

  std::vector<protocol::Field> fields_;
  std::deque<std::string> decoded_;
  std::string repaired_;
};

}  // namespace hearsay::bench
