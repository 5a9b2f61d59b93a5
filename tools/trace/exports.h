// The trace for other programs: each reads it once, from `run`, and writes all to `out`.
#pragma once

#include "tools/trace/output.h"
#include "tools/trace/run_reader.h"

namespace hearsay::traces {

// Perfetto's (Chrome's) JSON: a process a node; in it a track for the supervisor, one for its
// workers with a slice for each step, and one for the outages; arrows for messages with values.
// Slices of a track do not overlap, and each end of an arrow lies within a slice: its importer
// needs both. Times are in microseconds since the first event.
void export_perfetto(const RunReader& run, const TimeWindow& window, Output& out);

// ShiViz's log: first the regular expression that reads it, then an empty line (no delimiter), then
// two lines an event. A node's own clock counts its events from 1 on, without a gap, and no clock
// names a node without events: its importer needs both.
void export_shiviz(const RunReader& run, const TimeWindow& window, Output& out);

// A Lamport diagram: a line a node, time from left to right, arrows for messages with values.
// Throws TraceProblem for more arrows than anybody can see.
void export_svg(const RunReader& run, const TimeWindow& window, Output& out);

}  // namespace hearsay::traces
