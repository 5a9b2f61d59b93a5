#include "tools/challenges/challenges_command.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "common/base/clock.h"
#include "common/base/file_descriptor.h"
#include "common/base/units.h"
#include "tools/challenges/table.h"
#include "tools/console/command_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"
#include "tools/experiment/clients/workload.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/program.h"
#include "tools/processes/run_pool.h"
#include "tools/processes/test_command.h"
#include "tools/report/conclude.h"
#include "tools/report/report.h"
#include "tools/report/store.h"
#include "tools/sim/options.h"
#include "tools/sim/simulation.h"

namespace hearsay::challenges {
namespace {

using bench::tell;

// What a run says is said here instead: its end is handed over.
void keep_quiet() {
  const FileDescriptor nothing(check_syscall(::open("/dev/null", O_WRONLY | O_CLOEXEC), "open"));
  ::dup2(nothing.get(), STDOUT_FILENO);
  ::dup2(nothing.get(), STDERR_FILENO);
}

bench::RunEnd simulate(const bench::TestOptions& test) {
  bench::Store store(test.store, test.workload, wall_ns());
  sim::SimOptions simulated;
  simulated.test = test;
  sim::Simulation simulation(test, sim::make_cluster_options(simulated));
  simulation.run();
  return simulation.conclude(store);
}

// In a process of its own.
std::string work(const ChallengesOptions& options, const bench::Challenge& challenge) {
  keep_quiet();
  bench::RunEnd end{bench::kExitRunFailed, {}, {}, {}};
  try {
    const bench::TestOptions test = test_options(options, challenge);
    end = options.simulated ? simulate(test) : bench::run_one_test(test);
  } catch (const std::exception& error) {
    end.problems.push_back(fmt::format("hearsay: {}", error.what()));
  }
  const nlohmann::json answer = {{"exit-code", end.exit_code},
                                 {"directory", end.directory.string()},
                                 {"results", end.results},
                                 {"problems", end.problems}};
  return bench::to_text(answer);
}

// A link or a FIFO there is a node's.
bool was_written(const std::string& directory, const char* name) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  return !directory.empty() &&
         fs::is_regular_file(fs::symlink_status(fs::path(directory) / name, ignored));
}

// What its process answered. `problems`: what could not be written.
Entry make_entry(const bench::Challenge& challenge, const bench::JobEnd& job_end,
                 std::vector<std::string>& problems) {
  Entry entry;
  entry.challenge = &challenge;
  const nlohmann::json end = nlohmann::json::parse(job_end.answer.value_or(""), nullptr, false);
  if (!end.is_object()) {
    entry.notes.push_back("its process " + job_end.in_words());
    return entry;
  }
  entry.directory = end.at("directory");
  problems = end.at("problems").get<std::vector<std::string>>();
  const int exit_code = end.at("exit-code");
  entry.went_to_its_end = exit_code >= bench::kExitValid && exit_code <= bench::kExitUnknown;
  const nlohmann::json& results = end.at("results");
  if (results.is_null()) return entry;
  const nlohmann::json& section = results.at("hearsay");
  entry.has_verdict = !section.contains("failure");
  entry.passed = entry.has_verdict && section.at("challenge").at("passed") == true;
  entry.has_page = was_written(entry.directory, bench::kPageName);
  const bench::Report report = bench::make_report(results, entry.directory);
  if (!entry.passed) entry.notes.push_back(report.verdict);
  entry.notes.insert(entry.notes.end(), report.notes.begin(), report.notes.end());
  if (!entry.passed && was_written(entry.directory, bench::kReportName)) {
    entry.notes.push_back("more in " + entry.directory);
  }
  if (section.contains("challenge")) entry.figures = section.at("challenge").at("figures");
  return entry;
}

class Progress {
 public:
  explicit Progress(const ChallengesOptions& options) : options_(options) {}

  void look(const bench::PoolState& state) {
    const std::int64_t now_ns = monotonic_ns();
    if (state.running != running_) since_ns_ = now_ns;
    running_ = state.running;
    if (running_.empty() || !line_.is_due(now_ns)) return;
    const bench::Challenge& challenge = *options_.chosen[running_.front()];
    std::string text = fmt::format("{} of {}  {}: {} s", state.done + 1, options_.chosen.size(),
                                   challenge.name, (now_ns - since_ns_) / kNsPerSecond);
    if (!options_.simulated) text += fmt::format(" of about {:.0f}", planned_s(challenge));
    line_.show(now_ns, text);
  }
  void clear() { line_.clear(); }

 private:
  double planned_s(const bench::Challenge& challenge) const {
    const bench::TestOptions test = test_options(options_, challenge);
    const bool ends_with_reads = bench::make_workload(test.workload, bench::workload_options(test))
                                     ->final_intent()
                                     .has_value();
    return test.time_limit_s + (ends_with_reads ? test.recovery_s : 0);
  }

  const ChallengesOptions& options_;
  std::vector<std::size_t> running_;
  std::int64_t since_ns_ = 0;
  bench::ProgressLine line_{monotonic_ns() + bench::kFirstShownNs};
};

int exit_code_of(const std::vector<Entry>& entries, std::size_t wanted) {
  if (bench::is_interrupted()) return bench::kExitInterrupted;
  const bool all_ended = std::all_of(entries.begin(), entries.end(),
                                     [](const Entry& entry) { return entry.went_to_its_end; });
  if (!all_ended || entries.size() < wanted) return bench::kExitRunFailed;
  const bool all_passed =
      std::all_of(entries.begin(), entries.end(), [](const Entry& entry) { return entry.passed; });
  return all_passed ? bench::kExitValid : bench::kExitInvalid;
}

std::string make_summary(const std::vector<Entry>& entries, const ChallengesOptions& options) {
  const auto passed = std::count_if(entries.begin(), entries.end(),
                                    [](const Entry& entry) { return entry.passed; });
  std::string text = fmt::format("\n{} of {} passed.", passed, options.chosen.size());
  if (bench::is_interrupted()) text += " Interrupted.";
  const auto pages = std::count_if(entries.begin(), entries.end(),
                                   [](const Entry& entry) { return entry.has_page; });
  if (pages > 0) {
    const bool all = static_cast<std::size_t>(pages) == entries.size();
    text += fmt::format(" {}; this lists them: ",
                        all ? "Each run has a page" : fmt::format("Runs with a page: {}", pages)) +
            bench::as_typed(options.program,
                            options.store == ChallengesOptions().store
                                ? std::vector<std::string>{"serve"}
                                : std::vector<std::string>{"serve", "--store", options.store});
  }
  return text + "\n";
}

int run(const ChallengesOptions& options) {
  if (!options.simulated) {
    const auto program = bench::find_program(test_options(options, *options.chosen[0]).binary);
    if (!program.problem.empty()) {
      tell("hearsay challenges: {}\n", program.problem);
      return bench::kExitRunFailed;
    }
  }
  std::string wrong;  // with stdout
  const auto show = [&](const std::string& text) {
    if (wrong.empty()) wrong = bench::print(text);
  };
  if (!options.json) show(make_heading());
  std::vector<Entry> entries;
  Progress progress(options);
  bench::run_pool(
      options.chosen.size(), 1,
      [&](std::size_t job) { return work(options, *options.chosen[job]); },
      [&](std::size_t job, const bench::JobEnd& end) {
        std::vector<std::string> problems;
        entries.push_back(make_entry(*options.chosen[job], end, problems));
        progress.clear();
        for (const std::string& problem : problems) tell("{}\n", problem);
        if (!options.json) show(make_line(entries.back()));
        return true;
      },
      [&](const bench::PoolState& state) { progress.look(state); });
  progress.clear();
  show(options.json ? bench::printable_json(to_json(entries), 2) : make_summary(entries, options));
  if (!wrong.empty()) {
    tell("hearsay challenges: stdout takes nothing: {}. The results are below {}\n", wrong,
         options.store);
    return bench::kExitRunFailed;
  }
  return exit_code_of(entries, options.chosen.size());
}

}  // namespace

int run_challenges(const ChallengesOptions& options) {
  bench::watch_for_interrupts();
  try {
    return run(options);
  } catch (const std::exception& error) {
    tell("hearsay challenges: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

}  // namespace hearsay::challenges
