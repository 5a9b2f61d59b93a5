#include "tools/sim/smallest.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/console/command_text.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/run_pool.h"
#include "tools/sim/explain.h"
#include "tools/sim/plan_file.h"
#include "tools/sim/plan_picture.h"
#include "tools/sim/scenario.h"
#include "tools/sim/shrink.h"

namespace hearsay::sim {
namespace {

constexpr std::int64_t kLongestNs =
    50 * kNsPerSecond;  // with what comes before and after: a minute

// Plans in child processes: one may crash, or take all memory.
class Trials {
 public:
  Trials(std::string kind, std::size_t jobs) : kind_(std::move(kind)), jobs_(jobs) {}

  std::optional<std::size_t> first_failing(std::size_t count,
                                           const std::function<Plan(std::size_t)>& plan) {
    std::optional<std::size_t> found;
    bench::run_pool(
        count, jobs_, [&](std::size_t job) { return answer_to(plan(job)); },
        [&](std::size_t job, const bench::JobEnd& end) {
          ++done_;
          if (end.answer == "fails") found = job;
          return !found && has_time();
        },
        [&](const bench::PoolState&) { show(); });
    return found;
  }
  bool has_time() const { return monotonic_ns() < end_ns_ && !bench::is_interrupted(); }
  double seconds() const {
    return static_cast<double>(monotonic_ns() - begin_ns_) / static_cast<double>(kNsPerSecond);
  }
  void clear() { line_.clear(); }

 private:
  std::string answer_to(const Plan& plan) const {
    for (const Violation& violation : judge_run(options_of(plan)).violations) {
      if (violation.kind == kind_) return "fails";
    }
    return "passes";
  }
  void show() {
    const std::int64_t now_ns = monotonic_ns();
    if (line_.is_due(now_ns)) {
      line_.show(now_ns, fmt::format("looking for the smallest: {} runs", done_));
    }
  }

  std::string kind_;
  std::size_t jobs_;
  std::size_t done_ = 0;
  std::int64_t begin_ns_ = monotonic_ns();
  std::int64_t end_ns_ = begin_ns_ + kLongestNs;
  bench::ProgressLine line_{monotonic_ns() + bench::kFirstShownNs};
};

std::string keep(const SimOptions& swarm, std::uint64_t seed, const std::string& kind,
                 const Plan& plan) {
  const std::filesystem::path path =
      std::filesystem::path(swarm.test.store) / fmt::format("seed-{}.json", seed);
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path);
  file << write_plan(plan, fmt::format("Seed {} of the swarm ({}), shrunk", seed, kind));
  file.close();
  if (file) return path;
  throw std::system_error(errno, std::generic_category(), path.string() + " can't be written");
}

}  // namespace

void show_smallest(const SimOptions& swarm, std::uint64_t seed, const std::string& kind,
                   std::size_t jobs) {
  const Plan plan = spell_out(draw_scenario(seed));
  Trials trials(kind, jobs);
  const FirstFailingPlan first_failing = [&](std::size_t count,
                                             const std::function<Plan(std::size_t)>& each) {
    return trials.first_failing(count, each);
  };
  // NOLINTNEXTLINE(performance-no-automatic-move): it is shrunk below
  if (!first_failing(1, [&](std::size_t) { return plan; })) {
    fmt::print("Spelled out, the scenario does not fail in this way: there is nothing to shrink\n");
    return;
  }
  ShrinkLimits limits;
  limits.shorter_recovery = kind != "lost";
  limits.go_on = [&] { return trials.has_time(); };
  const Shrunk shrunk = shrink(plan, first_failing, limits);
  trials.clear();
  const std::string path = keep(swarm, seed, kind, shrunk.plan);
  fmt::print("\nThe smallest scenario that fails so, after {} runs in {:.0f} s{}:\n\n{}\n",
             shrunk.runs, trials.seconds(),
             shrunk.finished ? "" : " (time was up; there may be a smaller one)",
             picture_of(shrunk.plan));
  explain(options_of(shrunk.plan));
  fmt::print("Kept; run it again: {}\n",
             bench::as_typed(swarm.program, {"sim", "--scenario", path}));
}

}  // namespace hearsay::sim
