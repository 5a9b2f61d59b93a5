// With --state-dir the node must know its name before it opens its state. Maelstrom tells it in the
// first message: its destination is this node.
#pragma once

#include <optional>
#include <string>

#include "common/trace/event.h"
#include "supervisor/line_reader.h"
#include "supervisor/signals.h"

namespace hearsay::supervisor {

struct FirstMessage {
  Line line;  // points into the reader
  std::string dest;
};

// Waits for a line that names its destination; lines that don't are reported and dropped. Nothing
// when the input ends before, or a signal asks to end. Throws std::system_error.
std::optional<FirstMessage> wait_for_first_message(LineReader& reader, int input_fd,
                                                   Signals& signals, trace::EventSink& events);

}  // namespace hearsay::supervisor
