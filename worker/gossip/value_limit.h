// How long a value may be.
//
// Who takes a value promises to tell it to all nodes, and each of them reads lines up to a limit
// (--max-line-bytes, the same for all). So the value's canonical text must leave room in a line for
// the rest of the longest message that it goes in, or it would be sent, turned away and sent again
// for ever. Immutable.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/options/service_options.h"

namespace hearsay::gossip {

class ValueLimit {
 public:
  explicit ValueLimit(std::uint64_t max_line_bytes = kLongestLineBytes);

  // Of a value's canonical text, or of values that one message is to hold.
  std::uint64_t bytes() const { return bytes_; }
  // Throws BadRequest when the canonical text is longer.
  void require(std::string_view value) const;

 private:
  std::uint64_t line_bytes_;
  std::uint64_t bytes_;
};

}  // namespace hearsay::gossip
