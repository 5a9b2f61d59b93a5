#include "tools/compare/compare_command.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cctype>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/file_descriptor.h"
#include "common/base/units.h"
#include "tools/compare/comparison.h"
#include "tools/compare/frontier_script.h"
#include "tools/compare/gnuplot.h"
#include "tools/compare/table.h"
#include "tools/console/count_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/own_file.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/program.h"
#include "tools/processes/run_pool.h"
#include "tools/processes/test_command.h"
#include "tools/report/store.h"
#include "tools/sim/options.h"
#include "tools/sim/simulation.h"

namespace hearsay::compare {
namespace {

namespace fs = std::filesystem;
using bench::tell;

constexpr const char* kRunsName = "runs";

std::string cannot_write(const std::string& problem) {
  return fmt::format("hearsay compare: can't write {} (--store names another place)", problem);
}

// This process's stdout and stderr. Where no file can be made nobody hears it; its figures count.
void write_output_to(const fs::path& file) {
  FileDescriptor log = bench::create_own_file(file.string()).file;
  if (!log.valid()) log = FileDescriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  ::dup2(log.get(), STDOUT_FILENO);
  ::dup2(log.get(), STDERR_FILENO);
}

// All runs of a comparison, each in a process of its own, which hands its results over and leaves
// them in the store, if that takes them.
class Runs {
 public:
  Runs(const CompareOptions& options, fs::path directory)
      : options_(options), directory_(std::move(directory)) {
    fs::create_directory(directory_ / kRunsName);
  }

  std::vector<RunOutcome> run_all() {
    const std::size_t count = count_runs(options_);
    std::vector<RunOutcome> outcomes;
    bench::run_pool(
        count, static_cast<std::size_t>(options_.jobs), [&](std::size_t run) { return work(run); },
        [&](std::size_t run, const bench::JobEnd& end) {
          outcomes.push_back(read_outcome(run, end));
          return true;
        },
        [&](const bench::PoolState& state) { show(state); });
    line_.clear();
    for (std::size_t run = outcomes.size(); run < count; ++run) {  // interrupted
      RunOutcome outcome;
      outcome.seed = plan_of(options_, run).seed;
      outcome.results = results_name(run);
      outcome.done = false;
      outcomes.push_back(std::move(outcome));
    }
    return outcomes;
  }

  // What could not be written, for people.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  // Below the comparison's folder; of characters that every file system takes.
  std::string base_name(std::size_t run) const {
    const Plan plan = plan_of(options_, run);
    std::string name = fmt::format("{:03}-{}-{}-{}", run, options_.conditions[plan.condition].name,
                                   name_of(options_.contestants[plan.contestant]), plan.seed);
    for (char& c : name) {
      if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '-';
    }
    return fmt::format("{}/{}", kRunsName, name.substr(0, 80));
  }
  std::string results_name(std::size_t run) const {
    return options_.real ? base_name(run) + "/broadcast/latest/results.json"
                         : base_name(run) + ".json";
  }

  fs::path log_path(std::size_t run) const { return directory_ / (base_name(run) + ".log"); }

  // In the run's own process.
  std::string work(std::size_t run) const {
    write_output_to(log_path(run));
    nlohmann::json answer;
    try {
      answer = options_.real ? run_really(run) : simulate(run);
    } catch (const std::exception& error) {
      answer["why"] = error.what();
    }
    return bench::to_text(answer);
  }

  nlohmann::json run_really(std::size_t run) const {
    bench::TestOptions test = test_options(options_, plan_of(options_, run));
    test.store = directory_ / base_name(run);
    const bench::RunEnd end = bench::run_one_test(test);
    return {{"results", end.results}, {"problems", end.problems}};
  }

  nlohmann::json simulate(std::size_t run) const {
    const bench::TestOptions test = test_options(options_, plan_of(options_, run));
    sim::SimOptions simulated;
    simulated.test = test;
    sim::Simulation simulation(test, sim::make_cluster_options(simulated));
    simulation.run();
    nlohmann::json answer = {{"results", simulation.results()}};
    const std::string problem =
        bench::write_own_file(directory_ / results_name(run), bench::to_text(answer.at("results")));
    if (!problem.empty()) answer["problems"] = nlohmann::json::array({cannot_write(problem)});
    return answer;
  }

  RunOutcome read_outcome(std::size_t run, const bench::JobEnd& job_end) {
    RunOutcome outcome;
    outcome.seed = plan_of(options_, run).seed;
    outcome.results = results_name(run);
    const nlohmann::json end = nlohmann::json::parse(job_end.answer.value_or(""), nullptr, false);
    if (!end.contains("results")) {
      outcome.verdict.why =
          "could not go on: " +
          (end.contains("why") ? end.at("why").get<std::string>() : last_words(run, job_end));
      return outcome;
    }
    const nlohmann::json& results = end.at("results");
    for (const nlohmann::json& problem : end.value("problems", nlohmann::json::array())) {
      problems_.push_back(problem);
    }
    outcome.figures = read_figures(results);
    outcome.verdict = read_verdict(results);
    std::error_code ignored;
    if (fs::is_empty(log_path(run), ignored)) fs::remove(log_path(run), ignored);
    return outcome;
  }

  std::string last_words(std::size_t run, const bench::JobEnd& job_end) const {
    std::string last = "its process " + job_end.in_words();
    if (job_end.is_from_outside()) return last;
    std::error_code ignored;
    if (!fs::is_regular_file(fs::symlink_status(log_path(run), ignored))) return last;
    std::ifstream log(log_path(run));
    for (std::string line; std::getline(log, line);) {
      if (!line.empty()) last = line;
    }
    return last;
  }

  void show(const bench::PoolState& state) {
    const std::int64_t now_ns = monotonic_ns();
    if (!line_.is_due(now_ns)) return;
    std::string now;
    for (const std::size_t run : state.running) {
      const Plan plan = plan_of(options_, run);
      now.append(now.empty() ? "" : "; ");
      now.append(name_of(options_.contestants[plan.contestant])).append(" under ");
      now.append(options_.conditions[plan.condition].name);
    }
    line_.show(now_ns, fmt::format("{} of {} runs done, {} s  now: {}", state.done,
                                   count_runs(options_), (now_ns - start_ns_) / kNsPerSecond, now));
  }

  const CompareOptions& options_;
  fs::path directory_;
  std::vector<std::string> problems_;
  std::int64_t start_ns_ = monotonic_ns();
  bench::ProgressLine line_{start_ns_ + bench::kFirstShownNs};
};

// One for each file of each run would hide what was found.
void tell_some(const std::vector<std::string>& problems) {
  tell("{}\n", problems.front());
  if (problems.size() == 1) return;
  tell("hearsay compare: {} more could not be written\n",
       bench::count_text(static_cast<std::int64_t>(problems.size()) - 1, "file"));
}

// Returns whether there is a picture.
bool draw(const Comparison& comparison, const bench::Store& store) {
  if (comparison.options.no_picture) return false;
  const std::string script = make_frontier_script(comparison);
  if (script.empty()) return false;
  std::string wrong = bench::write_own_file(store.directory() / kPlotScriptName, script);
  // gnuplot writes into whatever stands there: a FIFO would hold it for ever.
  const fs::path picture = store.directory() / kFrontierName;
  if (wrong.empty() && fs::exists(fs::symlink_status(picture))) {
    wrong = fmt::format("{}: a node has put something in its place", picture.string());
  }
  if (wrong.empty()) wrong = run_gnuplot(store.directory());
  if (!wrong.empty()) tell("hearsay compare: no picture: {}\n", wrong);
  return wrong.empty();
}

int run(const CompareOptions& options) {
  if (options.real) {
    const auto program = bench::find_program(test_options(options, plan_of(options, 0)).binary);
    if (!program.problem.empty()) {
      tell("hearsay compare: {}\n", program.problem);
      return bench::kExitRunFailed;
    }
  }
  bench::Store store(options.test.store, "compare", wall_ns());
  if (!store.problems().empty()) {
    tell("{}\n", cannot_write(store.problems().front()));
    return bench::kExitRunFailed;
  }
  Runs runs(options, store.directory());
  const Comparison comparison = compare_runs(options, runs.run_all());
  std::vector<std::string> problems = runs.problems();
  const bool kept = store.write("compare.json", bench::to_text(to_json(comparison)));
  const bool picture = draw(comparison, store);
  std::string text = make_table(comparison);
  if (kept) {
    fmt::format_to(
        std::back_inserter(text), "\nFigures in {}/compare.json{}\n", store.directory().string(),
        picture ? fmt::format(", the frontier as a picture beside it: {}", kFrontierName) : "");
  }
  store.write_report(bench::printable_lines(text));
  for (const std::string& problem : store.problems()) problems.push_back(cannot_write(problem));
  if (const std::string wrong = bench::print(text); !wrong.empty()) {
    tell("hearsay compare: the table can't be written to stdout: {}. The figures are in {}\n",
         wrong, store.directory().string());
    return bench::kExitRunFailed;
  }
  if (bench::is_interrupted()) return bench::kExitInterrupted;
  if (!problems.empty()) {
    tell_some(problems);
    return bench::kExitRunFailed;
  }
  return all_good(comparison) ? bench::kExitValid : bench::kExitInvalid;
}

}  // namespace

int run_compare(const CompareOptions& options) {
  bench::watch_for_interrupts();
  try {
    return run(options);
  } catch (const std::exception& error) {
    tell("hearsay compare: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

}  // namespace hearsay::compare
