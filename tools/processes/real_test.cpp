#include "tools/processes/real_test.h"

#include <fmt/core.h>

#include <csignal>
#include <cstring>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/console/tell.h"
#include "tools/experiment/clients/restarts.h"
#include "tools/processes/real_run.h"
#include "tools/report/service_words.h"

namespace hearsay::bench {

RealTest::RealTest(const TestOptions& options, const MakeNodes& make_nodes)
    : options_(options),
      names_(node_names(options)),
      store_(options.store, options.workload, wall_ns()),
      recordings_(options.record ? store_.make_recording_directory() : ""),
      loop_([this](std::int64_t now_ns, int number) { take_signal(now_ns, number); }),
      nodes_(make_nodes(loop_, store_, recordings_,
                        [this](std::int64_t, std::size_t node, const std::string& why) {
                          end(kind_of_death(options_, *nodes_, node, !run_->load_start_ns()), node,
                              why);
                        })),
      network_(loop_.heap(), *nodes_, bounded(options.network), options.seed),
      workload_(make_workload(options.workload, workload_options(options))),
      memory_watch_(loop_.heap(), most_memory_bytes()) {
  for (const std::string& name : names_) network_.add_node(name);
  services_.emplace(network_, options.seed);
  if (keeps_messages(options))
    network_.log_to(message_log_.emplace(names_.size(), workload_->has_values()));
  run_ = std::make_unique<Run>(loop_.heap(), network_, *workload_, *nodes_, run_options(options),
                               [this](std::int64_t, const std::string& failure) {
                                 end("no-answer", run_->failed_node(), failure);
                               });
  usage_ = std::make_unique<UsageMeter>(loop_.heap(), names_.size(),
                                        [this](std::size_t node) { return nodes_->pid(node); });
  progress_ = std::make_unique<Progress>(loop_.heap(), *run_, network_,
                                         [this] { return nodes_->deaths().count(); });
}

RunEnd RealTest::run() {
  const std::int64_t start_ns = monotonic_ns();
  outcome_.unix_ns_at_0 = wall_ns() - start_ns;
  const std::int64_t cpu_start_ns = own_cpu_ns();
  if (!recordings_.empty()) order_.emplace(recordings_);
  nodes_->start(network_);
  print_messages(network_, options_, start_ns, order_ ? &*order_ : nullptr);
  run_->start(monotonic_ns());
  progress_->start(start_ns);
  usage_->start(start_ns);
  memory_watch_.start(start_ns);
  run_loop();
  progress_->finish();
  usage_->look_at_all();
  if (signal_ == 0) nodes_->look_for_deaths(monotonic_ns());
  outcome_.leftovers = nodes_->stop();
  loop_.give_back_signals();  // from here on it may wait for whoever reads the report
  outcome_.usage = usage_->usage();
  outcome_.findings = nodes_->findings();
  outcome_.deaths = nodes_->deaths();
  outcome_.outages = outages_since(wall_ns() - monotonic_ns());
  outcome_.wall_ns = monotonic_ns() - start_ns;
  outcome_.bench_cpu_ns = own_cpu_ns() - cpu_start_ns;
  outcome_.service_words = service_words(*services_);
  nodes_->add_to(outcome_);
  if (loop_.held_up_ns() > 0) {
    outcome_.remarks.push_back(fmt::format(
        "hearsay test itself stood still for {:.1f} s (it was stopped, or the machine was very "
        "busy): what clients waited for then may count as unanswered",
        static_cast<double>(loop_.held_up_ns()) / static_cast<double>(kNsPerSecond)));
  }
  if (signal_ != 0) {
    outcome_.failure = fmt::format("INTERRUPTED ({})", ::strsignal(signal_));
    outcome_.failure_kind = kInterrupted;
    tell("hearsay test: interrupted{}\n", nodes_->end_with_run() ? "; all nodes are killed" : "");
  }
  if (order_) store_.note(order_->finish());
  return conclude(options_, *workload_, *run_, network_, outcome_, store_);
}

// The reserve is for what follows: the checkers, the report.
void RealTest::run_loop() {
  try {
    loop_.run();
    reserve_.release();
  } catch (const std::bad_alloc& error) {
    reserve_.release();
    end(kNoMemory, std::nullopt,
        fmt::format(
            "hearsay test keeps what nodes answer and services store until the verdict: {}. "
            "Less of it: a shorter --time-limit, a lower --rate, smaller values",
            error.what()));
  }
}

// The nodes' logs tell the time of day.
std::vector<Outage> RealTest::outages_since(std::int64_t clock_start_ns) const {
  std::vector<Outage> outages = nodes_->deaths().outages();
  for (Outage& outage : outages) {
    outage.begin_ns -= clock_start_ns;
    if (outage.end_ns) *outage.end_ns -= clock_start_ns;
  }
  return outages;
}

void RealTest::take_signal(std::int64_t now_ns, int number) {
  if (number == SIGCHLD) {
    nodes_->look_for_deaths(now_ns);
    return;
  }
  signal_ = number;
  loop_.stop();
}

// `why`: nothing if all is well. The first failure counts.
void RealTest::end(const char* kind, std::optional<std::size_t> node, const std::string& why) {
  loop_.stop();
  if (why.empty() || !outcome_.failure.empty()) return;
  outcome_.failure = why;
  outcome_.failure_kind = kind;
  if (kind == std::string_view(kBadArguments)) {
    outcome_.failure = fmt::format("hearsay-node does not take {}: {}",
                                   options_.record ? "--record, or the arguments behind \"--\""
                                                   : "the arguments behind \"--\"",
                                   why);
  }
  if (!node) return;
  outcome_.failed_node = names_[*node];
  outcome_.failure += ". " + nodes_->last_words(*node, tells_of_silence(why, names_[*node]));
}

}  // namespace hearsay::bench
