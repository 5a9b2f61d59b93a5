// Named places at which a test may kill the worker.
//
// Compiled in only with HEARSAY_KILL_POINTS (the libraries NAME_killpoints, see the top-level
// CMakeLists.txt): in every other build kill_point() is empty. In a test build the environment
// variable HEARSAY_KILL_AT holds "GENERATION:COUNT[,GENERATION:COUNT...]": the worker of that
// generation sends itself SIGKILL at the COUNT-th kill point that it passes (from 1). With
// HEARSAY_KILL_POINTS_FILE=PATH a worker appends, at its end or before it kills itself, a line
// "GENERATION COUNT FILE:LINE" for each point that it passed, so that a test learns which points a
// script passes, and where a worker died.
//
// Single-threaded, process-local.
#pragma once

#include <cstdint>
#include <source_location>

namespace hearsay {

#ifdef HEARSAY_KILL_POINTS
void kill_points_begin(std::uint64_t generation);
void kill_point(std::source_location place = std::source_location::current());
void kill_points_end();
#else
inline void kill_points_begin(std::uint64_t /*generation*/) {}
inline void kill_point() {}
inline void kill_points_end() {}
#endif

}  // namespace hearsay
