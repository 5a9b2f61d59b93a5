// The outcome of all runs: what the table, the picture and compare.json are made from. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/compare/figures.h"
#include "tools/compare/options.h"

namespace hearsay::compare {

// One run, as it went.
struct RunOutcome {
  std::uint64_t seed = 0;
  Figures figures;
  RunVerdict verdict;
  std::string results;  // its results.json, below the comparison's folder
  bool done = true;     // else the comparison was interrupted before its end: nothing is known
};

// A contestant under a condition.
struct Cell {
  std::size_t contestant = 0;  // in the options
  std::size_t condition = 0;
  std::vector<RunOutcome> runs;
  Figures typical;
  bool may_lose_values = false;  // a strategy that does not repeat what got lost
  bool good = false;             // each run that is done is valid, or lost values that it may lose
  // No other contestant under this condition was at least as good in both messages per operation
  // and maximum latency, and lost nothing.
  bool unbeaten = false;
};

struct Comparison {
  const CompareOptions& options;
  std::vector<Cell> cells;  // by condition, then by contestant
};

// `runs`: all that plan_of() numbers, in that order.
Comparison compare_runs(const CompareOptions& options, std::vector<RunOutcome> runs);

bool all_good(const Comparison& comparison);

// Fewer than planned: it was interrupted.
std::size_t count_done(const Cell& cell);
std::size_t count_done(const Comparison& comparison);

// The whole of compare.json.
nlohmann::json to_json(const Comparison& comparison);

}  // namespace hearsay::compare
