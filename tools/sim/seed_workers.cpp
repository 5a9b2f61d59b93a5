#include "tools/sim/seed_workers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <type_traits>
#include <vector>

#include "common/base/file_descriptor.h"

namespace hearsay::sim {
namespace {

static_assert(std::is_trivially_copyable_v<SeedReport>);

// Runs every `jobs`-th seed, from `first` on.
class SeedWorker {
 public:
  SeedWorker(std::uint64_t first, std::uint64_t last, std::uint64_t step,
             const std::function<SeedReport(std::uint64_t seed)>& run)
      : next_(first), last_(last), step_(step) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe2");
    reports_ = FileDescriptor(ends[0]);
    const FileDescriptor write_end(ends[1]);
    const pid_t parent = ::getpid();
    std::fflush(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) throw_errno("fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    work(write_end.get(), run);
  }
  ~SeedWorker() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  SeedWorker(const SeedWorker&) = delete;
  SeedWorker& operator=(const SeedWorker&) = delete;

  // Waits for the next report.
  SeedReport take_report() {
    SeedReport report;
    const ssize_t got = ::read(reports_.get(), &report, sizeof report);
    if (got != sizeof report) {
      fmt::print(stderr, "hearsay sim: the process that ran seed {} died\n", next_);
      report = {};
      report.seed = next_;
      report.violated = true;
    }
    next_ += step_;
    return report;
  }

 private:
  [[noreturn]] void work(int output,
                         const std::function<SeedReport(std::uint64_t seed)>& run) const {
    for (std::uint64_t seed = next_; seed <= last_; seed += step_) {
      SeedReport report;
      try {
        report = run(seed);
      } catch (const std::exception& error) {
        fmt::print(stderr, "hearsay sim: seed {}: {}\n", seed, error.what());
        report.seed = seed;
        report.violated = true;
      }
      // Reports are shorter than what a pipe writes in one piece.
      if (::write(output, &report, sizeof report) != sizeof report) ::_exit(1);
    }
    ::_exit(0);
  }

  std::uint64_t next_;
  std::uint64_t last_;
  std::uint64_t step_;
  FileDescriptor reports_;
  pid_t pid_ = -1;
};

}  // namespace

void run_seeds(std::uint64_t first, std::uint64_t last, std::int64_t jobs,
               const std::function<SeedReport(std::uint64_t seed)>& run,
               const std::function<bool(const SeedReport& report)>& take) {
  const std::uint64_t count = std::min(static_cast<std::uint64_t>(jobs), last - first + 1);
  std::vector<std::unique_ptr<SeedWorker>> workers;
  for (std::uint64_t i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<SeedWorker>(first + i, last, count, run));
  }
  // Seed after seed: a worker that is ahead of the others waits in its pipe, which holds a
  // thousand.
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    if (!take(workers[(seed - first) % count]->take_report())) return;
  }
}

}  // namespace hearsay::sim
