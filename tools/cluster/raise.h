// A cluster brought to work: all nodes are attached, all are told who they are, all have said
// init_ok. While others work under the cluster's name it is refused.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tools/cluster/roster.h"
#include "tools/cluster/watch.h"

namespace hearsay::cluster {

// What makes waiting useless, in words for people; "": nothing does.
using GiveUp = std::function<std::string()>;

// Waits until then, or until `give_up` says something. "" or what went wrong, in words for people.
// Throws bus::BusError. After a moment it says whom it waits for, as `speaker`; on a terminal a
// line tells the progress.
std::string raise(Watch& watch, const Roster& roster, std::int64_t deadline_ns,
                  std::string_view speaker, const GiveUp& give_up = nullptr);

}  // namespace hearsay::cluster
