#include "tools/sim/simulation.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/units.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/memory.h"
#include "tools/report/conclude.h"

namespace hearsay::sim {
namespace {

constexpr std::uint64_t kActionsBetweenLooks = 4096;
// More than this without a step of the virtual clock: nodes that answer each other for ever.
constexpr std::uint64_t kMostActionsAMoment = 5'000'000;

}  // namespace

Simulation::Simulation(const bench::TestOptions& options, const ClusterOptions& cluster,
                       EventLog* log)
    : options_(options),
      cluster_options_(cluster),
      cluster_(heap_, cluster, options.seed, log),
      network_(heap_, cluster_, options.network, options.seed) {
  const auto names = bench::node_names(options);
  for (const std::string& name : names) network_.add_node(name);
  services_.emplace(network_, options.seed);
  if (!cluster.record_folder.empty()) order_.emplace(cluster.record_folder);
  print_messages(network_, options, 0, order_ ? &*order_ : nullptr);
  workload_ = bench::make_workload(options.workload, bench::workload_options(options));
  if (bench::keeps_messages(options)) {
    network_.log_to(message_log_.emplace(names.size(), workload_->has_values()));
  }
  run_ = std::make_unique<bench::Run>(heap_, network_, *workload_, cluster_,
                                      bench::run_options(options),
                                      [this](std::int64_t, const std::string& failure) {
                                        over_ = true;
                                        outcome_.failure = failure;
                                      });
}

void Simulation::run(const std::function<void(std::int64_t now_ns)>& watch) {
  cluster_.start(0, network_);
  run_->start(0);
  std::int64_t now_ns = 0;
  std::uint64_t at_this_moment = 0;
  std::uint64_t since_look = 0;
  while (!over_ && heap_.next_due_ns()) {
    if (bench::is_interrupted()) {
      outcome_.failure = fmt::format("INTERRUPTED at {} virtual ms",
                                     (now_ns - run_->load_start_ns().value_or(0)) / kNsPerMs);
      break;
    }
    bench::demand_memory();
    if (std::exchange(now_ns, *heap_.next_due_ns()) != now_ns) at_this_moment = 0;
    const std::uint64_t count = heap_.run_due(now_ns, kActionsBetweenLooks);
    at_this_moment += count;
    since_look += count;
    if (at_this_moment > kMostActionsAMoment) {
      over_ = true;
      outcome_.failure = fmt::format(
          "virtual time stands still at {} ms: the nodes send to each other without end",
          (now_ns - run_->load_start_ns().value_or(0)) / kNsPerMs);
    }
    if (watch && since_look >= kActionsBetweenLooks) watch(now_ns);
    if (since_look >= kActionsBetweenLooks) since_look = 0;
  }
  cluster_.check_journals(now_ns);
  outcome_.findings = cluster_.findings();
  outcome_.outages = cluster_.outages();
  outcome_.violations = cluster_.broken_recoveries();
  outcome_.simulator = {{"clock-skew-ms", cluster_options_.max_skew_ns / kNsPerMs},
                        {"compact-probability", cluster_options_.compact_probability},
                        {"worker-deaths", cluster_.worker_deaths()}};
  if (outcome_.failure.empty()) return;
  if (bench::is_interrupted()) {
    outcome_.failure_kind = bench::kInterrupted;
    return;
  }
  outcome_.failure_kind = run_->failed_node() ? "no-answer" : "no-end";
  if (run_->failed_node()) outcome_.failed_node = network_.node_name(*run_->failed_node());
}

nlohmann::json Simulation::results() const {
  return bench::make_results(options_, *workload_, *run_, network_, outcome_);
}

bench::RunEnd Simulation::conclude(bench::Store& store) {
  for (std::string& problem : cluster_.recording_problems()) store.note(std::move(problem));
  if (order_) store.note(order_->finish());
  return bench::conclude(options_, *workload_, *run_, network_, outcome_, store);
}

}  // namespace hearsay::sim
