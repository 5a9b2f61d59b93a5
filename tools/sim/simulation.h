// One simulated run, wired up: the bench's network, workload, nemeses and checkers around a cluster
// of cores. Deterministic: the same options give the same history and the same results, byte for
// byte. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/console/network_log.h"
#include "tools/console/options.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/run.h"
#include "tools/experiment/services/services.h"
#include "tools/experiment/time/event_heap.h"
#include "tools/report/conclude.h"
#include "tools/report/results.h"
#include "tools/report/store.h"
#include "tools/sim/cluster.h"
#include "tools/sim/event_log.h"

namespace hearsay::sim {

class Simulation {
 public:
  // `options` are resolved and outlive the simulation; so does the log, if there is one.
  Simulation(const bench::TestOptions& options, const ClusterOptions& cluster,
             EventLog* log = nullptr);

  // To the end of the run. `watch`, if given, is called now and then with the virtual time.
  void run(const std::function<void(std::int64_t now_ns)>& watch = {});

  // The whole of results.json.
  nlohmann::json results() const;
  // As bench::conclude(). The end of what is recorded.
  bench::RunEnd conclude(bench::Store& store);

  const bench::Run& events() const { return *run_; }
  const bench::Network& network() const { return network_; }
  std::int64_t worker_deaths() const { return cluster_.worker_deaths(); }

 private:
  const bench::TestOptions& options_;
  ClusterOptions cluster_options_;
  bench::EventHeap heap_;
  Cluster cluster_;
  std::optional<bench::MessageLog> message_log_;
  std::optional<bench::NetworkOrderFile> order_;
  bench::Network network_;
  std::optional<bench::Services> services_;
  std::unique_ptr<bench::Workload> workload_;
  std::unique_ptr<bench::Run> run_;
  bench::Outcome outcome_;
  bool over_ = false;
};

}  // namespace hearsay::sim
