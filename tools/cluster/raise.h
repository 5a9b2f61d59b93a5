// A cluster brought to work: all nodes are attached, all are told who they are, all have said
// init_ok.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/cluster/roster.h"
#include "tools/cluster/watch.h"

namespace hearsay::cluster {

// Waits until then. "" or what went wrong, in words for people. Throws bus::BusError. After a
// moment it says whom it waits for, as `speaker`; on a terminal a line tells the progress.
std::string raise(Watch& watch, const Roster& roster, std::int64_t deadline_ns,
                  std::string_view speaker);

}  // namespace hearsay::cluster
