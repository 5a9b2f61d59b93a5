#include "tools/drill/drill_command.h"

#include <fmt/core.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/console/exit_codes.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"
#include "tools/drill/course.h"
#include "tools/drill/node_tales.h"
#include "tools/drill/picture.h"
#include "tools/drill/results.h"
#include "tools/drill/table.h"
#include "tools/drill/verdict.h"
#include "tools/experiment/clients/restarts.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/experiment/services/services.h"
#include "tools/processes/event_loop.h"
#include "tools/processes/node_group.h"
#include "tools/processes/program.h"
#include "tools/processes/real_run.h"
#include "tools/report/store.h"

namespace hearsay::drill {
namespace {

using bench::tell;

// Often enough to see what each worker shares, at a small part of the drill's own time.
constexpr std::int64_t kWatchEveryNs = 20 * kNsPerMs;

// A node of ours that is killed whole keeps its state in the drill's folder.
std::vector<std::string> node_arguments(const DrillOptions& options, const bench::Store& store) {
  std::vector<std::string> arguments = options.test.node_arguments;
  if (options.target != Target::worker && bench::runs_our_node(options.test)) {
    if (store.directory().empty()) {
      throw std::runtime_error("can't write " + store.problems().front() +
                               ": nodes that are killed whole need a place for their state "
                               "(--store names another)");
    }
    arguments.push_back("--state-dir=" + (store.directory() / "state").string());
  }
  return arguments;
}

int exit_code_of(const nlohmann::json& results, bool written) {
  const std::string kind = results.value("failure-kind", "");
  if (kind == bench::kInterrupted) return bench::kExitInterrupted;
  if (kind == bench::kBadArguments) return bench::kExitBadArguments;
  if (!kind.empty() || !written) return bench::kExitRunFailed;
  if (results.at("valid?") == false) return bench::kExitInvalid;
  return results.at("valid?") == true ? bench::kExitValid : bench::kExitUnknown;
}

// One drill, wired up.
class Drill {
 public:
  // `program`: of find_program().
  Drill(const DrillOptions& options, const std::string& program)
      : options_(options),
        names_(bench::node_names(options.test)),
        store_(options.test.store, "drill", wall_ns()),
        loop_([this](std::int64_t now_ns, int number) { take_signal(now_ns, number); }),
        nodes_(
            loop_, {program, node_arguments(options, store_)}, store_.make_log_directory(), false,
            [this](std::int64_t, std::size_t node, const std::string& why) {
              const bool at_start = course_->phase() == Course::Phase::starting;
              end(bench::kind_of_death(options_.test, nodes_, node, at_start), node, why);
            },
            "hearsay drill"),
        network_(loop_.heap(), nodes_, bench::bounded(options.test.network), options.test.seed),
        workload_(make_workload(options.test.workload, workload_options(options.test))) {
    for (const std::string& name : names_) network_.add_node(name);
    services_.emplace(network_, options.test.seed);
    course_ = std::make_unique<Course>(
        loop_.heap(), network_, *workload_, nodes_, options_,
        Course::Events{
            [this](std::int64_t) { facts_.before = look_at_holdings(); },
            [this](std::int64_t, const std::string& failure, std::optional<std::size_t> node) {
              end("no-answer", node, failure);
            }});
    nodes_.hand_log_to(
        [this](std::size_t node, std::string_view text) { tales_.take_line(node, text); });
  }

  int run() {
    const std::int64_t start_ns = monotonic_ns();
    const std::int64_t cpu_start_ns = bench::own_cpu_ns();
    nodes_.start(network_);
    course_->start(monotonic_ns());
    show_progress(start_ns);
    watch_shared_memory(start_ns, 0);
    loop_.run();
    line_.clear();
    bench::Outcome& outcome = facts_.outcome;
    facts_.after = look_at_holdings();
    outcome.leftovers = nodes_.stop();
    loop_.give_back_signals();  // from here on it may wait for whoever reads the report
    facts_.left_shared_memory = shared_memory_.left();
    outcome.findings = nodes_.findings();
    outcome.deaths = nodes_.deaths();
    outcome.wall_ns = monotonic_ns() - start_ns;
    outcome.bench_cpu_ns = bench::own_cpu_ns() - cpu_start_ns;
    if (signal_ != 0) {
      outcome.failure = fmt::format("INTERRUPTED ({})", ::strsignal(signal_));
      outcome.failure_kind = bench::kInterrupted;
    }
    return conclude();
  }

 private:
  std::vector<Holding> look_at_holdings() const {
    std::vector<Holding> holdings;
    for (std::size_t node = 0; node < names_.size(); ++node) {
      holdings.push_back(holding_of(nodes_.pid(node)));
    }
    return holdings;
  }

  // One node after the other.
  void watch_shared_memory(std::int64_t now_ns, std::size_t node) {
    shared_memory_.look_at(nodes_.pid(node));
    loop_.heap().at(now_ns + kWatchEveryNs, [this, node](std::int64_t later_ns) {
      watch_shared_memory(later_ns, (node + 1) % names_.size());
    });
  }

  void take_signal(std::int64_t now_ns, int number) {
    if (number == SIGCHLD) {
      nodes_.look_for_deaths(now_ns);
      return;
    }
    signal_ = number;
    loop_.stop();
  }

  // `why`: nothing if all is well. The first failure counts.
  void end(const char* kind, std::optional<std::size_t> node, const std::string& why) {
    loop_.stop();
    bench::Outcome& outcome = facts_.outcome;
    if (why.empty() || !outcome.failure.empty()) return;
    outcome.failure = why;
    outcome.failure_kind = kind;
    if (!node) return;
    const bool was_silent = bench::tells_of_silence(why, names_[*node]);
    outcome.failure += ". " + nodes_.last_words(*node, was_silent);
  }

  std::string progress_text() const {
    switch (course_->phase()) {
      case Course::Phase::starting:
        return "starting the nodes";
      case Course::Phase::filling:
      case Course::Phase::settling:
        return fmt::format("first values: {}", course_->history().operations().size() / 2);
      case Course::Phase::striking:
      case Course::Phase::draining:
        return fmt::format("{} of {} strikes  {} answers to probes", course_->strikes().size(),
                           options_.kills, course_->probes().acknowledged);
      default:
        return "the nodes repair what they lack, and are read";
    }
  }

  void show_progress(std::int64_t now_ns) {
    if (!line_.is_terminal()) return;
    if (now_ns > 0) line_.show(now_ns, progress_text());
    loop_.heap().at(now_ns + bench::kShownEveryNs,
                    [this](std::int64_t later_ns) { show_progress(later_ns); });
  }

  int conclude() {
    tales_.tell_stations(course_->strikes());
    facts_.recoveries = tales_.recoveries();
    nlohmann::json results = make_results(options_, network_, *workload_, *course_, facts_);
    judge(results);
    const bool written = store_.write(bench::kDrillName, bench::to_text(results));
    const std::string table =
        bench::printable_lines(make_table(results, written ? store_.directory().string() : ""));
    store_.write_history(course_->history());
    store_.write_report(table);
    if (!options_.test.no_page) store_.write_page(make_picture(results, table));
    const std::vector<std::string>& problems = store_.problems();
    if (results.at("valid?") == true) {
      std::error_code ignored;
      std::filesystem::remove_all(store_.directory() / "state", ignored);
    }
    for (const std::string& problem : problems) {
      tell("hearsay drill: can't write {} (--store names another place)\n", problem);
    }
    const std::string wrong = bench::print(table);
    if (!wrong.empty()) {
      tell("hearsay drill: the report can't be written to stdout: {}. The results are in {}\n",
           wrong, store_.directory().string());
    }
    return exit_code_of(results, problems.empty() && wrong.empty());
  }

  const DrillOptions& options_;
  std::vector<std::string> names_;
  bench::Store store_;
  bench::EventLoop loop_;
  bench::NodeGroup nodes_;
  bench::Network network_;
  std::optional<bench::Services> services_;
  std::unique_ptr<bench::Workload> workload_;
  std::unique_ptr<Course> course_;
  NodeTales tales_;
  SharedMemoryWatch shared_memory_;
  Facts facts_;
  bench::ProgressLine line_{0};
  int signal_ = 0;
};

}  // namespace

int run_drill(const DrillOptions& options) {
  try {
    const bench::Program program = bench::find_program(options.test.binary);
    if (!program.problem.empty()) {
      tell("hearsay drill: {}\n", program.problem);
      return bench::kExitRunFailed;
    }
    return Drill(options, program.path).run();
  } catch (const std::exception& error) {
    tell("hearsay drill: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

}  // namespace hearsay::drill
