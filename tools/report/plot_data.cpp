#include "tools/report/plot_data.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "common/base/units.h"
#include "tools/experiment/faults/nemesis.h"

namespace hearsay::bench {
namespace {

constexpr double kWindows = 40;
constexpr double kSmallestWindowS = 0.5;

double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / static_cast<double>(kNsPerSecond);
}

std::size_t window_of(double time_s, double window_s) {
  return static_cast<std::size_t>(std::max(0.0, time_s) / window_s);
}

void add_to(std::vector<double>& sums, std::size_t window, double amount) {
  if (sums.size() <= window) sums.resize(window + 1);
  sums[window] += amount;
}

// "start-partition" with the prefix "start-": "partition".
std::optional<std::string> rest_behind(std::string_view f, std::string_view prefix) {
  if (f.substr(0, prefix.size()) != prefix) return std::nullopt;
  return std::string(f.substr(prefix.size()));
}

}  // namespace

Series thin(const Series& series, std::size_t most) {
  if (series.size() <= most) return series;
  Series chosen;
  for (std::size_t i = 0; i < most; ++i) chosen.push_back(series[i * series.size() / most]);
  return chosen;
}

std::map<LatencyKey, Series> operation_latencies(const History& history) {
  std::map<LatencyKey, Series> latencies;
  const auto& operations = history.operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& invocation = operations[i];
    const auto partner = history.partner(i);
    if (invocation.type != OperationType::invoke || !partner) continue;
    const Operation& completion = operations[*partner];
    const double latency_ms = 1000 * in_seconds(completion.time_ns - invocation.time_ns);
    latencies[{invocation.f, completion.type}].push_back(
        {in_seconds(invocation.time_ns), std::max(kSmallestLatencyMs, latency_ms)});
  }
  return latencies;
}

Series window_quantiles(const Series& series, double window_s, double quantile) {
  std::vector<std::vector<double>> windows;
  for (const Point& point : series) {
    const std::size_t window = window_of(point.x, window_s);
    if (windows.size() <= window) windows.resize(window + 1);
    windows[window].push_back(point.y);
  }
  Series result;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    std::vector<double>& values = windows[i];
    if (values.empty()) continue;
    std::sort(values.begin(), values.end());
    const auto index = static_cast<std::size_t>(static_cast<double>(values.size()) * quantile);
    result.push_back(
        {(static_cast<double>(i) + 0.5) * window_s, values[std::min(values.size() - 1, index)]});
  }
  return result;
}

MessageRates message_rates(const History& history, const Traffic& traffic,
                           std::int64_t load_start_ns, double window_s) {
  std::vector<double> operations;
  for (const Operation& operation : history.operations()) {
    if (!is_client(operation) || operation.type != OperationType::invoke) continue;
    if (operation.final_read) continue;
    add_to(operations, window_of(in_seconds(operation.time_ns), window_s), 1);
  }
  std::vector<double> messages;
  const TimeSeries& sent = traffic.over_time();
  for (std::size_t i = 0; i < sent.counts().size(); ++i) {
    const std::int64_t middle_ns =
        sent.start_ns() + static_cast<std::int64_t>(i) * sent.span_ns() + sent.span_ns() / 2;
    if (middle_ns < load_start_ns) continue;
    add_to(messages, window_of(in_seconds(middle_ns - load_start_ns), window_s),
           static_cast<double>(sent.counts()[i]));
  }
  MessageRates rates;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const double x = (static_cast<double>(i) + 0.5) * window_s;
    rates.per_second.push_back({x, messages[i] / window_s});
    if (i < operations.size() && operations[i] > 0) {
      rates.per_operation.push_back({x, messages[i] / operations[i]});
    }
  }
  return rates;
}

namespace {

// A deed at workers that did nothing.
bool found_nobody(const Operation& operation) {
  const auto& value = operation.value;
  return value.is_object() && !value.empty() &&
         std::all_of(value.begin(), value.end(),
                     [](const nlohmann::json& done) { return done == kNoWorker; });
}

}  // namespace

NemesisActivity nemesis_activity(const History& history) {
  NemesisActivity activity;
  std::map<std::string, double> open;
  const auto close = [&](const std::string& name, double time_s) {
    const auto found = open.find(name);
    if (found == open.end()) return;
    activity.spans[name].push_back({found->second, time_s});
    open.erase(found);
  };
  for (const Operation& operation : history.operations()) {
    if (is_client(operation)) continue;
    const double time_s = in_seconds(operation.time_ns);
    if (found_nobody(operation)) {
      open.erase(operation.f);
      continue;
    }
    if (const auto started = rest_behind(operation.f, "start-")) {
      open.try_emplace(*started, time_s);  // Jepsen notes each deed twice
    } else if (const auto stopped = rest_behind(operation.f, "stop-")) {
      close(*stopped, time_s);
    } else if (operation.f == "kill" || rest_behind(operation.f, "pause")) {
      open.try_emplace(operation.f, time_s);
    } else if (operation.f == "start") {
      close("kill", time_s);
    } else if (const auto resumed = rest_behind(operation.f, "resume")) {
      close("pause" + *resumed, time_s);
    } else {
      activity.moments[operation.f].push_back(time_s);
    }
  }
  const std::map<std::string, double> still_open = open;
  for (const auto& [name, begin_s] : still_open) close(name, end_of(history));
  return activity;
}

double end_of(const History& history) {
  const auto& operations = history.operations();
  return operations.empty() ? 0 : in_seconds(operations.back().time_ns);
}

double window_for(double end_s) {
  // A round number of tenths, so that windows are easy to talk about.
  return std::max(kSmallestWindowS, std::ceil(10 * end_s / kWindows) / 10);
}

}  // namespace hearsay::bench
