// A mapped file that is cut short while the node runs, or a disk that can't read it back: the next
// access is a SIGBUS, from which there is no going on. It is said in words.
#pragma once

namespace hearsay::supervisor {

// From now on a SIGBUS of this process writes a line to stderr and ends it with status 1.
void name_bus_errors();

}  // namespace hearsay::supervisor
