// One run of a script through a node whose worker may be killed at chosen kill points.
//
// Thread safety: several runs at once are fine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/process/kill_scripts.h"

namespace hearsay::test {

enum class Feeding {
  one_by_one,  // each request only after the answer to the one before: a commit an input
  at_once,     // everything, then the end: commits of many inputs
};

// Generation of a worker, and the number of the point at which it dies.
using KillSchedule = std::map<std::uint64_t, std::uint64_t>;

// The place in the source of each point that a worker passed, in order; by generation.
using PointsPassed = std::map<std::uint64_t, std::vector<std::string>>;

struct KillRun {
  std::vector<std::string> output;    // what is to be compared, sorted
  std::string fault;                  // what is wrong with this run by itself; empty: nothing
  std::size_t deaths = 0;             // of workers, as the supervisor saw them
  std::vector<std::string> stations;  // of the deaths, as the supervisor tells them
  PointsPassed points;                // of workers that ended or died at one
};

KillRun run_with_kills(const KillScript& script, Feeding feeding, const KillSchedule& schedule);

}  // namespace hearsay::test
