#include "tools/processes/test_command.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/console/exit_codes.h"
#include "tools/console/network_log.h"
#include "tools/console/tell.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/run.h"
#include "tools/processes/event_loop.h"
#include "tools/processes/node_group.h"
#include "tools/processes/progress.h"
#include "tools/processes/usage.h"
#include "tools/report/conclude.h"
#include "tools/report/results.h"
#include "tools/report/store.h"

namespace hearsay::bench {
namespace {

constexpr std::int64_t kMostWaitingBytes = std::int64_t{512} << 20U;

std::int64_t own_cpu_ns() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const std::int64_t seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
  return seconds * kNsPerSecond + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

// Real nodes can send more than any memory holds.
NetworkOptions bounded(NetworkOptions network) {
  network.most_waiting_bytes = kMostWaitingBytes;
  return network;
}

// One test, wired up.
class Test {
 public:
  explicit Test(const TestOptions& options)
      : options_(options),
        names_(node_names(options)),
        store_(options.store, options.workload, wall_ns()),
        loop_([this](std::int64_t now_ns, int number) { take_signal(now_ns, number); }),
        nodes_(loop_, {std::filesystem::canonical(options.binary), options.node_arguments},
               store_.make_log_directory(), options.strict,
               [this](std::int64_t, std::size_t node, const std::string& why) {
                 end("node-died", node, why);
               }),
        network_(loop_.heap(), nodes_, bounded(options.network), options.seed),
        workload_(make_workload(options.workload, options.shape, names_)) {
    for (const std::string& name : names_) network_.add_node(name);
    run_ = std::make_unique<Run>(loop_.heap(), network_, *workload_, nodes_, run_options(options),
                                 [this](std::int64_t, const std::string& failure) {
                                   end("no-answer", run_->failed_node(), failure);
                                 });
    usage_ = std::make_unique<UsageMeter>(loop_.heap(), names_.size(),
                                          [this](std::size_t node) { return nodes_.pid(node); });
    progress_ = std::make_unique<Progress>(loop_.heap(), *run_, network_);
  }

  int run() {
    const std::int64_t start_ns = monotonic_ns();
    const std::int64_t cpu_start_ns = own_cpu_ns();
    nodes_.start(network_);
    if (options_.log_stderr) follow_logs();
    print_messages(network_, options_, start_ns);
    run_->start(monotonic_ns());
    progress_->start(start_ns);
    usage_->start(start_ns);
    loop_.run();
    progress_->finish();
    usage_->look_at_all();
    if (signal_ == 0) nodes_.look_for_deaths(monotonic_ns());
    outcome_.leftovers = nodes_.stop();
    if (follower_) follower_->print_news();
    outcome_.usage = usage_->usage();
    outcome_.findings = nodes_.findings();
    outcome_.wall_ns = monotonic_ns() - start_ns;
    outcome_.bench_cpu_ns = own_cpu_ns() - cpu_start_ns;
    if (signal_ != 0) {
      tell("hearsay test: interrupted; all nodes are killed\n");
      return kExitInterrupted;
    }
    return conclude(options_, *workload_, *run_, network_, outcome_, store_);
  }

 private:
  // To stderr, with the time since the start.
  void follow_logs() {
    std::vector<LogFollower::File> files;
    for (std::size_t node = 0; node < names_.size(); ++node) {
      files.push_back({names_[node], nodes_.log_path(node)});
    }
    follower_ = std::make_unique<LogFollower>(loop_.heap(), std::move(files));
    follower_->start(monotonic_ns());
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
    if (why.empty() || !outcome_.failure.empty()) return;
    outcome_.failure = why;
    outcome_.failure_kind = kind;
    if (!node) return;
    outcome_.failed_node = names_[*node];
    outcome_.failure += ". " + nodes_.last_words(*node);
  }

  const TestOptions& options_;
  std::vector<std::string> names_;
  Store store_;
  EventLoop loop_;
  NodeGroup nodes_;
  Network network_;
  std::unique_ptr<Workload> workload_;
  std::unique_ptr<Run> run_;
  std::unique_ptr<Progress> progress_;
  std::unique_ptr<UsageMeter> usage_;
  std::unique_ptr<LogFollower> follower_;
  Outcome outcome_;
  int signal_ = 0;
};

// Up to the first run that isn't valid.
int run_one_by_one(TestOptions options) {
  int exit_code = kExitValid;
  for (std::int64_t i = 0; i < options.test_count && exit_code == kExitValid; ++i, ++options.seed) {
    exit_code = Test(options).run();
  }
  return exit_code;
}

}  // namespace

int run_test(const TestOptions& options) {
  try {
    if (!std::filesystem::exists(options.binary)) {
      tell("hearsay test: there is no program {} (--bin)\n", options.binary);
      return kExitRunFailed;
    }
    return run_one_by_one(options);
  } catch (const std::exception& error) {
    tell("hearsay test: {}\n", error.what());
    return kExitRunFailed;
  }
}

}  // namespace hearsay::bench
