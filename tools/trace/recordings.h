// Which recording belongs to a node's life, and the command that replays it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "tools/trace/run_logs.h"
#include "tools/trace/trace_event.h"

namespace hearsay::traces {

class Recordings {
 public:
  // Every event.
  void take(const TraceEvent& event);

  struct Place {
    std::uint32_t node;
    std::uint32_t life;
    std::optional<std::int64_t> position;    // of an input; nothing: the worker's end
    std::optional<std::int64_t> generation;  // of a worker; nothing: the one that committed it
  };
  // "hearsay replay FILE --to @4096 --gdb"; where there is no recording, how to get one.
  std::string advice(const RunLogs& logs, const Place& place) const;

 private:
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> files_;
};

}  // namespace hearsay::traces
