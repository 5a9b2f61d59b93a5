// Ctrl-C where no event loop reads signals: a simulation, a pool of jobs. And signals that mean
// nothing.
//
// From watch_for_interrupts() on the signals that interrupt are noted instead of ending the process
// at once; a second one ends it. One process, one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/units.h"

namespace hearsay::bench {

// Two signals within this time are one wish: `timeout` sends its own twice, a terminal more of
// them.
inline constexpr std::int64_t kOneWishNs = kNsPerSecond / 2;

// The signals that interrupt: SIGHUP is none if it was ignored at the start (nohup). The others are
// taken also where a shell ignores them for what it starts with `&`.
std::vector<int> interrupts();

void watch_for_interrupts();
// The same behind an event loop that has read the first one.
void watch_for_a_second_interrupt(std::int64_t first_one_ns);
// As before. A child that shall die of signals as others do calls it.
void forget_interrupts();
bool is_interrupted();

// USR1, ALRM and their like, which may come by mistake, end nothing from here on. A handler: what
// is ignored would be ignored by the programs of nodes, too.
void survive_stray_signals();

}  // namespace hearsay::bench
