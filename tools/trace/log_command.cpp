// `hearsay trace log`: all nodes merged.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/processes/interrupt.h"
#include "tools/trace/commands.h"
#include "tools/trace/log_page.h"
#include "tools/trace/output.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

constexpr std::chrono::milliseconds kLookEvery{100};
// Lines of several nodes come into order if none is later than this.
constexpr std::int64_t kHeldBackNs = 300 * kNsPerMs;

class Log {
 public:
  explicit Log(const TraceOptions& options)
      : options_(options),
        run_(options.run),
        trace_(run_.open()),
        page_(look_of_stdout(), trace_.nodes()) {}

  int show() {
    if (!options_.json) output_.write(page_.heading());
    if (options_.follow) {
      follow();
    } else {
      while (const TraceEvent* event = trace_.next()) take(*event);
    }
    output_.flush();
    demand_known_nodes();
    say_what_was_not_shown();
    return bench::kExitValid;
  }

 private:
  void take(const TraceEvent& event) {
    ++seen_;
    level_.take(event);
    if (!lets_through(options_.filter, event, run_)) return;
    ++shown_;
    if (options_.json) {
      output_.write(event.line);
      output_.write("\n");
    } else {
      output_.write(page_.line(event, run_.since_start(event.time_ns)));
    }
  }

  // Until the run has its verdict, or Ctrl-C.
  void follow() {
    bench::watch_for_interrupts();
    bool finished = false;
    while (!bench::is_interrupted()) {
      const std::int64_t until_ns = finished ? INT64_MAX : wall_ns() - kHeldBackNs;
      while (const TraceEvent* event = trace_.next_until(until_ns)) take(*event);
      output_.flush();
      if (finished) return;
      finished = is_finished(run_.logs());
      if (!finished) std::this_thread::sleep_for(kLookEvery);
      add_new_files();
      trace_.look_again();
    }
  }

  void add_new_files() {
    if (run_.logs().folder.empty()) return;
    for (const auto& path : list_logs(run_.logs().folder)) {
      if (known_.empty()) known_.insert(run_.logs().files.begin(), run_.logs().files.end());
      if (known_.insert(path).second) trace_.add_file(path);
    }
  }

  // A name that no event has is a mistyped one: to show nothing would say that nothing was there.
  void demand_known_nodes() const {
    const auto& there = trace_.nodes();
    for (const std::string& name : options_.filter.nodes) {
      if (seen_ == 0 || std::find(there.begin(), there.end(), name) != there.end()) continue;
      throw TraceProblem(fmt::format("--node: there is no {} in these logs, but {}",
                                     bench::printable(name),
                                     bench::printable(fmt::format("{}", fmt::join(there, ", ")))));
    }
  }

  void say_what_was_not_shown() const {
    if (shown_ > 0) return;
    level_.require(trace::Level::info, "");
    bench::tell("None of {} is let through.{}\n", count_text(seen_, "event"),
                level_.reaches(trace::Level::trace)
                    ? std::string()
                    : " Messages and values are events of level debug, commits and timers of "
                      "level trace; this run was " +
                          level_.advice(trace::Level::trace));
  }

  const TraceOptions& options_;
  RunReader run_;
  MergedTrace trace_;
  LogPage page_;
  Output output_;
  LevelSeen level_;
  std::set<std::filesystem::path> known_;
  std::int64_t seen_ = 0;
  std::int64_t shown_ = 0;
};

}  // namespace

int show_log(const TraceOptions& options) {
  return Log(options).show();
}

}  // namespace hearsay::traces
