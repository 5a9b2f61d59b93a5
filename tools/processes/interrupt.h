// Ctrl-C where no event loop reads signals: a simulation, a pool of jobs.
//
// From watch_for_interrupts() on SIGINT, SIGTERM, SIGHUP and SIGQUIT are noted instead of ending
// the process at once; a second one ends it. One process, one thread.
#pragma once

namespace hearsay::bench {

void watch_for_interrupts();
// As before. A child that shall die of signals as others do calls it.
void forget_interrupts();
bool is_interrupted();

}  // namespace hearsay::bench
