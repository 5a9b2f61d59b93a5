// A line that the simulated network made, as a message.
//
// The network takes only valid JSON and writes the envelope itself, so there is nothing left to
// check, and the line is taken apart by its brackets and quotes: ten times as fast as by the parser
// of the supervisor, which all of this is to give the same message as. Not thread-safe.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/protocol/message.h"

namespace hearsay::sim {

// Nothing if the line is not as simple as nearly all are: then it is for the parser. The message's
// views point into `line` and `fields`, whose earlier content is replaced.
std::optional<protocol::Message> read_delivered(std::string_view line,
                                                std::vector<protocol::Field>& fields);

}  // namespace hearsay::sim
