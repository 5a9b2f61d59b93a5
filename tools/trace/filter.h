// Which events `hearsay trace log` shows.
#pragma once

#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/trace/run_reader.h"

namespace hearsay::traces {

// Empty: all of them.
struct EventFilter {
  std::vector<std::string> nodes;
  std::vector<std::string> events;
  std::string peer;
  std::string value;
  std::string message;
  TimeWindow window;
};

void add_window_options(CommandLine& command, TimeWindow& window);
void add_filter_options(CommandLine& command, EventFilter& filter);

bool lets_through(const EventFilter& filter, const TraceEvent& event, const RunReader& run);

// Whether the event is about the value, as the trace writes it.
bool speaks_of(const TraceEvent& event, std::string_view value);

}  // namespace hearsay::traces
