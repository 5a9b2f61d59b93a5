#include "tools/challenges/challenges_command.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/file_descriptor.h"
#include "common/base/units.h"
#include "tools/challenges/table.h"
#include "tools/console/command_text.h"
#include "tools/console/exit_codes.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"
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

// What this process says from now on is kept in memory.
class KeptOutput {
 public:
  KeptOutput() : file_(check_syscall(::memfd_create("output", MFD_CLOEXEC), "memfd_create")) {
    ::dup2(file_.get(), STDOUT_FILENO);
    ::dup2(file_.get(), STDERR_FILENO);
  }
  // Its end.
  std::string text() const {
    constexpr ::off_t kMost = 4000;
    std::fflush(nullptr);
    std::string text(static_cast<std::size_t>(kMost), '\0');
    const ::off_t size = ::lseek(file_.get(), 0, SEEK_END);
    const ssize_t count =
        ::pread(file_.get(), text.data(), text.size(), std::max<::off_t>(0, size - kMost));
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
    return text;
  }

 private:
  FileDescriptor file_;
};

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
  const KeptOutput output;
  const bench::TestOptions test = test_options(options, challenge);
  const bench::RunEnd end = options.simulated ? simulate(test) : bench::run_one_test(test);
  const nlohmann::json answer = {
      {"exit-code", end.exit_code}, {"directory", end.directory.string()}, {"said", output.text()}};
  return bench::to_text(answer);
}

// What its process answered, and what the results say.
Entry make_entry(const bench::Challenge& challenge, const std::optional<std::string>& answer) {
  Entry entry;
  entry.challenge = &challenge;
  const nlohmann::json end = nlohmann::json::parse(answer.value_or(""), nullptr, false);
  if (!end.is_object()) {
    entry.notes.emplace_back("its process died without a word");
    return entry;
  }
  entry.directory = end.at("directory");
  const int exit_code = end.at("exit-code");
  entry.went_to_its_end = exit_code >= bench::kExitValid && exit_code <= bench::kExitUnknown;
  entry.passed = exit_code == bench::kExitValid;
  std::ifstream file(std::filesystem::path(entry.directory) / bench::kResultsName);
  const nlohmann::json results = nlohmann::json::parse(file, nullptr, false);
  if (!results.is_object()) {
    entry.notes.push_back(end.at("said"));
    return entry;
  }
  const bench::Report report = bench::make_report(results, entry.directory);
  if (!entry.passed) entry.notes.push_back(report.verdict);
  entry.notes.insert(entry.notes.end(), report.notes.begin(), report.notes.end());
  if (!entry.passed) entry.notes.push_back("more in " + entry.directory);
  const nlohmann::json& section = results.at("hearsay");
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
    const bool ends_with_reads = test.workload == "broadcast";
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
  if (!options.no_page) {
    text += " Each run has a page; this lists them: " +
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
      [&](std::size_t job, const std::optional<std::string>& answer) {
        entries.push_back(make_entry(*options.chosen[job], answer));
        progress.clear();
        if (!options.json) show(make_line(entries.back()));
        return true;
      },
      [&](const bench::PoolState& state) { progress.look(state); });
  progress.clear();
  show(options.json ? bench::to_text(to_json(entries)) : make_summary(entries, options));
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
