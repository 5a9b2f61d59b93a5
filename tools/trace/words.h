// Every event in plain words, and how times, amounts and lists are written. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/console/count_text.h"
#include "tools/trace/trace_event.h"

namespace hearsay::traces {

// The sentence of an event, without time and node. Nothing in it steers a terminal.
std::string in_words(const TraceEvent& event);

// The sentence's pattern: {field} stands for a field, {field thing} for so many things, [ ] for a
// part that is left out when one of its fields is not there.
std::string_view pattern_of(Event event);

// "12.3 ms", "450 us", "2.10 s".
std::string duration_text(std::int64_t ns);
// "7.204": seconds, to the microsecond when `fine`.
std::string seconds_text(std::int64_t ns, bool fine = false);
using bench::count_text;

}  // namespace hearsay::traces
