#include "tools/trace/run_reader.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "common/base/units.h"
#include "tools/console/command_text.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/trace/clock_messages.h"

namespace hearsay::traces {

namespace {

std::int64_t size_of(const std::vector<std::filesystem::path>& files) {
  std::int64_t bytes = 0;
  for (const auto& file : files) {
    std::error_code gone;
    const auto size = std::filesystem::file_size(file, gone);
    if (!gone) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

}  // namespace

RunReader::RunReader(const std::vector<std::string>& given)
    : given_(given), logs_(find_logs(given)) {
  progress_->set_size(size_of(logs_.files));
  if (!logs_.one_machine && logs_.files.size() > 1) {
    clocks_ = compare_clocks(logs_.files.size(), messages_between(logs_.files, progress_.get()));
  }
  if (logs_.load_start_ns) {
    start_ns_ = *logs_.load_start_ns + ahead_of_bench_ns();
    return;
  }
  MergedTrace trace = open();
  const TraceEvent* first = trace.next();
  if (first != nullptr) start_ns_ = first->time_ns;
}

std::string RunReader::command(const std::string& name) const {
  return bench::as_typed("hearsay trace " + name, given_);
}

std::int64_t RunReader::ahead_of_bench_ns() const {
  if (logs_.one_machine || logs_.files.empty()) return 0;
  const auto found = logs_.ahead_of_bench_ns.find(logs_.files[clocks_.reference].stem().string());
  return found == logs_.ahead_of_bench_ns.end() ? 0 : found->second;
}

std::string RunReader::clock_text() const {
  std::string text = logs_.load_start_ns
                         ? "seconds since the start of the load"
                         : "seconds since the first event (no results.json says when the load "
                           "began)";
  if (clocks_.differ()) {
    const std::string name = logs_.files[clocks_.reference].filename().string();
    text += fmt::format(", all on the clock of {}", bench::printable(name));
  }
  return text;
}

bool RunReader::holds(const TimeWindow& window, std::int64_t time_ns) const {
  const double seconds = static_cast<double>(since_start(time_ns)) / 1e9;
  return (!window.from_s || seconds >= *window.from_s) && (!window.to_s || seconds <= *window.to_s);
}

void RunReader::require(trace::Level level, std::string_view what) const {
  LevelSeen seen;
  MergedTrace trace = open();
  while (const TraceEvent* event = seen.reaches(level) ? nullptr : trace.next()) seen.take(*event);
  seen.require(level, what);
}

std::string LevelSeen::advice(trace::Level level) const {
  return fmt::format("recorded at {}: run again with -- --trace-level {}", name(), name_of(level));
}

void LevelSeen::require(trace::Level level, std::string_view what) const {
  if (reaches(level)) return;
  if (lowest_ == trace::Level::off) {
    throw TraceProblem(
        "no event of a hearsay node in these logs (hearsay trace reads what hearsay-node writes)");
  }
  throw TraceProblem(fmt::format("{} needs events of level {}; this run was {}", what,
                                 name_of(level), advice(level)));
}

}  // namespace hearsay::traces
