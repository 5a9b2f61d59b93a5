// How the two programs of a node end. The supervisor reads what its worker ends with.
#pragma once

namespace hearsay {

inline constexpr int kExitStopped = 0;   // all input was answered, or somebody asked it to stop
inline constexpr int kExitFailed = 1;    // it can't go on; another worker may
inline constexpr int kExitUsage = 2;     // what was asked of it on the command line can't be done
inline constexpr int kExitCorrupt = 65;  // a worker: the shared memory makes no sense (EX_DATAERR)
inline constexpr int kExitDisk = 74;     // a worker: the disk did not take the state (EX_IOERR)
inline constexpr int kExitNoRoom =
    75;  // a worker: a step found no room; another may go on (EX_TEMPFAIL)

}  // namespace hearsay
