// What the plots show, as numbers: series of points, windows of time, spans of nemesis activity.
// Times in seconds since the start of the load, latencies in ms. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/experiment/network/traffic.h"
#include "tools/experiment/verdict/history.h"

namespace hearsay::bench {

struct Point {
  double x = 0;
  double y = 0;
};
using Series = std::vector<Point>;

// At most `most` of the points, evenly chosen.
Series thin(const Series& series, std::size_t most);

// (time of the invocation, latency) of each completed operation, by name and outcome. Latencies
// below the smallest that a logarithmic axis shows are raised to it.
using LatencyKey = std::pair<std::string, OperationType>;
std::map<LatencyKey, Series> operation_latencies(const History& history);

inline constexpr double kSmallestLatencyMs = 0.01;

// Of each window of time: a quantile of the points in it, at the window's middle.
Series window_quantiles(const Series& series, double window_s, double quantile);

// Messages between nodes per operation begun in the same window, and messages a second.
struct MessageRates {
  Series per_operation;
  Series per_second;
};
MessageRates message_rates(const History& history, const Traffic& traffic,
                           std::int64_t load_start_ns, double window_s);

// When a nemesis was at work: "start-X" to "stop-X", "pause..." to "resume...", "kill" to "start"
// (of a whole node). Everything else that it did is a moment.
struct NemesisActivity {
  struct Span {
    double begin_s = 0;
    double end_s = 0;
  };
  std::map<std::string, std::vector<Span>> spans;
  std::map<std::string, std::vector<double>> moments;
};
NemesisActivity nemesis_activity(const History& history);

// When the last operation ended.
double end_of(const History& history);

// A window that divides `end_s` into about forty, of half a second at least.
double window_for(double end_s);

}  // namespace hearsay::bench
