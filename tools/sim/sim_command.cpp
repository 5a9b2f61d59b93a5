#include "tools/sim/sim_command.h"

#include <fmt/core.h>

#include <cstdio>
#include <exception>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/console/exit_codes.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"
#include "tools/processes/interrupt.h"
#include "tools/report/store.h"
#include "tools/sim/explain.h"
#include "tools/sim/plan_file.h"
#include "tools/sim/plan_picture.h"
#include "tools/sim/simulation.h"
#include "tools/sim/swarm.h"

namespace hearsay::sim {
namespace {

// The progress of one run, on a terminal, if it takes long.
class RunProgress {
 public:
  explicit RunProgress(const Simulation& simulation) : simulation_(simulation) {}

  void look(std::int64_t virtual_ns) {
    const std::int64_t now_ns = monotonic_ns();
    if (!line_.is_due(now_ns)) return;
    const bench::Run& run = simulation_.events();
    const std::string passed =
        run.load_start_ns()
            ? fmt::format("{:.1f} of {:.0f} virtual s", seconds(virtual_ns - *run.load_start_ns()),
                          seconds(run.planned_ns()))
            : "starting the nodes";
    line_.show(now_ns, fmt::format("{}  {} messages between nodes", passed,
                                   simulation_.network().server_messages().sent));
  }

 private:
  static double seconds(std::int64_t ns) {
    return static_cast<double>(ns) / static_cast<double>(kNsPerSecond);
  }

  const Simulation& simulation_;
  bench::ProgressLine line_{monotonic_ns() + bench::kFirstShownNs};
};

int run_one(const SimOptions& options) {
  refuse_what_can_not_run(options.test);
  bench::Store store(options.test.store, options.test.workload, wall_ns());
  ClusterOptions cluster = make_cluster_options(options);
  if (options.test.record) cluster.record_folder = store.make_recording_directory();
  Simulation simulation(options.test, cluster);
  {
    RunProgress progress(simulation);
    simulation.run([&](std::int64_t now_ns) { progress.look(now_ns); });
  }
  const int code = simulation.conclude(store).exit_code;
  if (code != bench::kExitValid && code != bench::kExitInterrupted)
    fmt::print("Repeat it: {}\n", repeat_command(options));
  return code;
}

// Up to the first run that isn't valid.
int run_one_by_one(SimOptions options) {
  int code = bench::kExitValid;
  for (std::int64_t i = 0; i < options.test.test_count && code == bench::kExitValid; ++i) {
    code = run_one(options);
    ++options.test.seed;
  }
  return code;
}

int run_scenario(const SimOptions& options) {
  const Plan plan = read_plan_file(options.scenario);
  fmt::print("{}\n", picture_of(plan));
  if (!explain(options_of(plan)).violations.empty()) return bench::kExitInvalid;
  fmt::print("No violation\n");
  return bench::kExitValid;
}

}  // namespace

int run_sim(const SimOptions& options) {
  bench::watch_for_interrupts();
  try {
    bench::tell_of_unknown_models("hearsay sim", options.test.workload,
                                  options.test.workload_flags.consistency_models);
    const int code = !options.scenario.empty() ? run_scenario(options)
                     : options.seeds.empty()   ? run_one_by_one(options)
                                               : run_swarm(options);
    const std::string wrong = bench::print("");
    if (wrong.empty() || code == bench::kExitRunFailed) return code;
    bench::tell("hearsay sim: the output can't be written to stdout: {}\n", wrong);
    return bench::kExitRunFailed;
  } catch (const BadPlan& problem) {
    bench::tell("hearsay sim: {}\n", problem.what());
    return bench::kExitBadArguments;
  } catch (const std::exception& error) {
    bench::tell("hearsay sim: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

}  // namespace hearsay::sim
