// Why workers died, in a few words: what their supervisor says when it was the killer, else how the
// process ended. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "tools/trace/trace_event.h"

namespace hearsay::traces {

class DeathCauses {
 public:
  // Every event; remembers worker_killed.
  void take(const TraceEvent& event);
  // Of a worker_died: "chaos", "took too long", "killed from outside", "exit status 1", ...
  std::string cause_of(const TraceEvent& died);

 private:
  std::map<std::pair<std::uint32_t, std::int64_t>, std::string> killed_;  // node and pid
};

}  // namespace hearsay::traces
