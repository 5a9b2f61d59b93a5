// From a recorded history's text to a History: Maelstrom's history.edn, or our history.jsonl.
//
// EDN: the operations one after the other, or all of them in one vector. JSON: one operation a
// line, as to_json(Operation) writes it. Which of the two it is, its first operation tells. An
// operation is taken as soon as it is read: the text of the whole is not kept as values. Keys that
// nobody here knows (:poll-ms, :code) are left out.
#pragma once

#include <string_view>

#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

// Throws BadText, with the place, if `text` is no history, ends within an operation or has no
// operation; if a process begins something while it is at something, or ends (ok, fail) what it
// did not begin.
History read_history(std::string_view text);

}  // namespace hearsay::bench
