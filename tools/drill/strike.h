// What a drill does to nodes, one by one, and what came of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/trace/station.h"

namespace hearsay::drill {

// What a strike hit, in the order in which a worker comes to it: its station (a node that says none
// is foreign), or something else.
inline constexpr std::string_view kUnknown = "unknown";
inline constexpr std::string_view kWorkerStopped = "worker stopped";
inline constexpr std::string_view kNodeKilled = "node killed";
inline constexpr std::string_view kNodeStopped = "node stopped";
inline constexpr std::array kPlaces{trace::station::kStart,
                                    trace::station::kRecovery,
                                    trace::station::kIdle,
                                    trace::station::kStep,
                                    trace::station::kCommit,
                                    kUnknown,
                                    kWorkerStopped,
                                    kNodeKilled,
                                    kNodeStopped};

struct Strike {
  std::int64_t time_ns = 0;  // of the run's clock
  std::size_t node = 0;
  bool whole_node = false;  // else its worker
  bool stop = false;        // SIGSTOP; else SIGKILL
  std::int64_t pid = 0;     // of the worker
  std::string station;      // where a killed worker was, as its node says; "": it did not
  // The longest time without an answer that the probe of this node saw around it; nothing: no
  // answer came to what it asked afterwards.
  std::optional<std::int64_t> outage_ns;
};

using Strikes = std::vector<Strike>;

}  // namespace hearsay::drill
