// A run as the commands see it: its trace from the beginning as often as wanted, its clocks, and
// the level at which it was recorded. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/trace/merged_trace.h"
#include "tools/trace/run_logs.h"

namespace hearsay::traces {

// Seconds since the start of the load.
struct TimeWindow {
  std::optional<double> from_s;
  std::optional<double> to_s;
};

class RunReader {
 public:
  // Throws TraceProblem.
  explicit RunReader(const std::vector<std::string>& given);

  const RunLogs& logs() const { return logs_; }
  // `hearsay trace NAME` over the same logs, as one would type it.
  std::string command(const std::string& name) const;
  // What is read of it is shown on a terminal if it takes long. This must outlive it.
  MergedTrace open() const { return MergedTrace(logs_.files, clocks_.all, progress_.get()); }
  // Of the files. Compared where they may be of several machines.
  const Clocks& clocks() const { return clocks_; }

  // How far the reference's clock was ahead of that of the bench; 0 if nobody knows.
  std::int64_t ahead_of_bench_ns() const;

  // When times count from, on the reference's clock: the start of the load, else the first event.
  std::int64_t start_ns() const { return start_ns_; }
  std::int64_t since_start(std::int64_t time_ns) const { return time_ns - start_ns_; }
  // "seconds since the start of the load".
  std::string clock_text() const;
  bool holds(const TimeWindow& window, std::int64_t time_ns) const;
  // Throws TraceProblem when `what` needs a level that was not recorded. Reads no further than to
  // the first event of it.
  void require(trace::Level level, std::string_view what) const;

 private:
  std::vector<std::string> given_;
  RunLogs logs_;
  std::unique_ptr<Progress> progress_ = std::make_unique<Progress>();
  Clocks clocks_;
  std::int64_t start_ns_ = 0;
};

// The lowest level that was seen. Nothing tells it but the events that are there: a run with any
// message has events of debug if it was recorded so.
class LevelSeen {
 public:
  void take(const TraceEvent& event) { lowest_ = std::min(lowest_, event.level); }
  bool reaches(trace::Level level) const { return lowest_ <= level; }
  // "debug"; nothing below info counts as info.
  std::string_view name() const { return name_of(std::min(lowest_, trace::Level::info)); }
  // Throws TraceProblem, with what to do, when the level that `what` needs was not recorded.
  void require(trace::Level level, std::string_view what) const;
  // "recorded at info: run again with -- --trace-level debug".
  std::string advice(trace::Level level) const;

 private:
  trace::Level lowest_ = trace::Level::off;
};

}  // namespace hearsay::traces
