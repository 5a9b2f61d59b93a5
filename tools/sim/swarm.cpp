#include "tools/sim/swarm.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "common/base/clock.h"
#include "common/base/record.h"
#include "common/base/units.h"
#include "tools/console/count_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/run_pool.h"
#include "tools/sim/explain.h"
#include "tools/sim/judge.h"
#include "tools/sim/scenario.h"
#include "tools/sim/simulation.h"
#include "tools/sim/smallest.h"

namespace hearsay::sim {
namespace {

// What a seed's process says.
struct SeedReport {
  std::int64_t operations = 0;
  std::int64_t messages = 0;  // between nodes
  std::int64_t worker_deaths = 0;
  bool violated = false;
};

SeedReport run_seed(std::uint64_t seed) {
  const SimOptions scenario = draw_scenario(seed);
  Simulation simulation(scenario.test, make_cluster_options(scenario));
  simulation.run();
  const nlohmann::json results = simulation.results();
  const bench::History& history = simulation.events().history();
  SeedReport report;
  report.violated = !judge(scenario, history, results).violations.empty();
  report.operations = static_cast<std::int64_t>(history.operations().size()) / 2;
  report.messages = simulation.network().server_messages().sent;
  report.worker_deaths = simulation.worker_deaths();
  return report;
}

// Shows what led to the violation, and the smallest scenario that leads to it.
void show_violation(const SimOptions& options, std::uint64_t seed, std::size_t jobs) {
  fmt::print("Seed {} finds a violation.\n", seed);
  const Judgement judgement = explain(draw_scenario(seed));
  if (judgement.violations.empty()) fmt::print("The violation did not come again.\n");
  fmt::print("Repeat it: {} sim --seeds {}\n", options.program, seed);
  std::fflush(stdout);
  if (judgement.violations.empty()) return;
  show_smallest(options, seed, judgement.violations[0].kind, jobs);
}

class SwarmProgress {
 public:
  SwarmProgress(std::uint64_t first, std::uint64_t last) : first_(first), last_(last) {}

  void show(std::uint64_t done) {
    const std::int64_t now_ns = monotonic_ns();
    if (line_.is_due(now_ns)) {
      line_.show(now_ns, fmt::format("{} of {} seeds", done, last_ - first_ + 1));
    }
  }
  void clear() { line_.clear(); }

 private:
  std::uint64_t first_;
  std::uint64_t last_;
  bench::ProgressLine line_{0};
};

struct Totals {
  std::uint64_t seeds = 0;
  std::int64_t operations = 0;
  std::int64_t messages = 0;
  std::int64_t worker_deaths = 0;

  // False if the seed found a violation.
  bool add(std::string_view answer) {
    const auto report = take<SeedReport>(answer);
    ++seeds;
    operations += report.operations;
    messages += report.messages;
    worker_deaths += report.worker_deaths;
    return !report.violated;
  }
};

void print_totals(const Totals& totals) {
  fmt::print("{}, no violation: {}, {} between nodes, {} died\n",
             bench::count_text(static_cast<std::int64_t>(totals.seeds), "seed"),
             bench::count_text(totals.operations, "operation"),
             bench::count_text(totals.messages, "message"),
             bench::count_text(totals.worker_deaths, "worker"));
}

}  // namespace

int run_swarm(const SimOptions& options) {
  const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
  const std::int64_t jobs = options.jobs > 0 ? options.jobs : std::max<std::int64_t>(1, cores);
  SwarmProgress progress(options.first_seed, options.last_seed);
  Totals totals;
  std::optional<std::uint64_t> violated;
  bool killed = false;
  const auto seed_of = [&](std::size_t job) { return options.first_seed + job; };
  bench::run_pool(
      options.last_seed - options.first_seed + 1, static_cast<std::size_t>(jobs),
      [&](std::size_t job) { return std::string(bytes_of(run_seed(seed_of(job)))); },
      [&](std::size_t job, const bench::JobEnd& end) {
        const bool good = end.answer && totals.add(*end.answer);
        if (!end.answer) {
          bench::tell("hearsay sim: the process of seed {} {}\n", seed_of(job), end.in_words());
        }
        killed = end.is_from_outside();
        if (!good && !killed) violated = seed_of(job);
        return good;
      },
      [&](const bench::PoolState& state) { progress.show(state.done); });
  progress.clear();
  if (bench::is_interrupted()) {
    fmt::print("INTERRUPTED after ");
    print_totals(totals);
    return bench::kExitInterrupted;
  }
  if (killed) {
    fmt::print(
        "Ended from outside (the kernel does that where memory is short: fewer --jobs need "
        "less) after ");
    print_totals(totals);
    return bench::kExitRunFailed;
  }
  if (violated) {
    show_violation(options, *violated, static_cast<std::size_t>(jobs));
    return bench::kExitInvalid;
  }
  print_totals(totals);
  return bench::kExitValid;
}

}  // namespace hearsay::sim
