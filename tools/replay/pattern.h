// Which inputs somebody means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/recording/reader.h"

namespace hearsay::replay {

// All that is set must fit.
struct InputPattern {
  std::optional<std::uint64_t> number;
  std::optional<std::uint64_t> position;  // in the request ring, as traces say it
  std::string type;
  std::string src;
  std::string message;

  bool fits(std::uint64_t input_number, const recording::RecordedInput& input) const;
};

// "type=gossip-spread,src=n3", with the keys type, src, input, position, message. Throws
// BadCommandLine.
InputPattern parse_pattern(const std::string& text);

// One input: "57" its number, "@4096" its position, "c3:5" its message. Throws BadCommandLine.
InputPattern parse_target(const std::string& text);

}  // namespace hearsay::replay
