// A run's plots, as a script for gnuplot that holds its data and writes SVG files beside itself.
//
// latency-raw.svg        each operation's latency, by operation and outcome
// latency-quantiles.svg  quantiles of the latencies over time, by operation
// stable-latency.svg     when values reached everybody: over time, and all of them by size
// messages-per-op.svg    messages between nodes, per operation and per second
//
// A plot without data is left out. Nemesis activity is shaded; deeds without a length are ticks at
// the bottom. Of very many points an even choice is drawn. A pure function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/experiment/network/traffic.h"
#include "tools/experiment/verdict/checkers.h"
#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

struct PlotInput {
  const History& history;
  const Traffic& traffic;
  std::int64_t load_start_ns = 0;  // on the traffic's clock
  std::vector<ValueLatency> values;
  std::string command;  // of the run, for the titles
};

// "" if there is nothing to draw.
std::string make_plot_script(const PlotInput& input);

}  // namespace hearsay::bench
