// The options of `hearsay trace` and of each of its commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/options/command_line.h"
#include "tools/trace/filter.h"

namespace hearsay::traces {

struct TraceOptions {
  std::vector<std::string> run;        // empty: store/latest
  EventFilter filter;                  // log; its window also export
  bool json = false;                   // log
  bool follow = false;                 // log
  std::string value;                   // value
  std::string message;                 // message
  std::optional<std::uint64_t> death;  // crash: which one, from 1
  bool perfetto = false;               // export
  bool shiviz = false;
  bool svg = false;
  std::string output;  // empty: stdout

  // The command that was chosen.
  int (*chosen)(const TraceOptions&) = nullptr;
};

void add_trace_options(CommandLine& command, TraceOptions& options);

// Throws BadCommandLine.
void resolve(TraceOptions& options);

}  // namespace hearsay::traces
