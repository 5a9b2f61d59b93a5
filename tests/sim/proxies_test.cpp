// The services that ask Maelstrom's, in whole clusters in virtual time: valid whatever dies, and
// found out on a service that they must not be put on.
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/sim/options.h"
#include "tools/sim/simulation.h"
#include "worker/core/service_list.h"
#include "worker/services/lin_kv.h"
#include "worker/services/seq_kv_counter.h"
#include "worker/services/txn_list_append.h"

namespace hearsay::sim {
namespace {

// `service`: a name of the list below.
SimOptions proxies_run(const std::string& workload, const std::string& service,
                       std::uint64_t seed) {
  SimOptions options;
  options.test.workload = workload;
  options.test.given_seed = seed;
  options.test.node_count = 3;
  if (workload != "g-counter") options.test.concurrency = "2n";
  options.test.rate_hz = workload == "txn-list-append" ? 40 : 100;
  options.test.time_limit_s = 5;
  options.test.recovery_s = 3;
  options.test.no_page = true;
  options.test.node_arguments = {"--workload", service};
  return options;
}

struct Judged {
  nlohmann::json results;
  std::int64_t worker_deaths = 0;
};

Judged run_it(SimOptions options) {
  resolve(options);
  Simulation simulation(options.test, make_cluster_options(options));
  simulation.run();
  return {simulation.results(), simulation.worker_deaths()};
}

struct Load {
  const char* workload;
  const char* service;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
void PrintTo(const Load& load, std::ostream* out) {
  *out << load.service;
}

class Proxies : public ::testing::TestWithParam<Load> {};

INSTANTIATE_TEST_SUITE_P(On, Proxies,
                         ::testing::Values(Load{"lin-kv", "lin-kv"},
                                           Load{"txn-list-append", "txn-list-append"},
                                           Load{"g-counter", "seq-kv-counter"}));

TEST_P(Proxies, AreValidWhateverDies) {
  constexpr const char* kDistributions[] = {"constant", "uniform", "exponential"};
  std::int64_t deaths = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SimOptions options = proxies_run(GetParam().workload, GetParam().service, seed);
    options.test.latency_ms = static_cast<std::int64_t>(seed % 4) * 5;
    options.test.latency_distribution = kDistributions[seed % 3];
    options.test.faults.nemeses = {"partition", "kill-worker", "pause-worker"};
    if (seed % 2 == 0) options.test.faults.nemeses.emplace_back("kill");
    options.test.faults.interval_s = 1.5;
    options.test.faults.own_interval_s[bench::Fault::kill_worker] = 0.05;
    options.test.node_arguments.insert(options.test.node_arguments.end(),
                                       {"--chaos-kill-ms", "200"});
    options.clock_skew_ms = seed % 3 == 0 ? 1000 : 0;
    options.compact_probability = 0.02;
    const Judged judged = run_it(options);
    EXPECT_TRUE(judged.results.at("valid?") == true) << seed << judged.results.dump(1);
    deaths += judged.worker_deaths;
  }
  EXPECT_GT(deaths, 100);
}

TEST_P(Proxies, AreNotSlowedByPartitionsAsTheirServiceIsNeverCutOff) {
  SimOptions options = proxies_run(GetParam().workload, GetParam().service, 1);
  options.test.faults.nemeses = {"partition"};
  const Judged judged = run_it(options);
  EXPECT_TRUE(judged.results.at("valid?") == true);
  EXPECT_EQ(judged.results.at("stats").at("info-count"), 0);
}

bool some_seed_finds(const std::string& workload, const std::string& service) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Judged judged = run_it(proxies_run(workload, service, seed));
    if (judged.results.at("workload").at("valid?") == false) return true;
  }
  return false;
}

TEST(WrongProxies, OnAServiceThatIsNotLinearizableAreFound) {
  EXPECT_TRUE(some_seed_finds("lin-kv", "lin-kv-on-lww"));
  EXPECT_TRUE(some_seed_finds("lin-kv", "lin-kv-on-seq"));
  // On lww-kv nothing is ever appended: its cas creates no key.
  EXPECT_TRUE(some_seed_finds("txn-list-append", "txn-on-seq"));
}

TEST(WrongProxies, OnTheRightServiceAreNone) {
  EXPECT_FALSE(some_seed_finds("lin-kv", "lin-kv"));
  EXPECT_FALSE(some_seed_finds("txn-list-append", "txn-list-append"));
}

}  // namespace
}  // namespace hearsay::sim

std::vector<hearsay::core::ServiceEntry> hearsay::core::services() {
  using namespace hearsay::services;
  return {
      {"lin-kv", 1, [](const auto&) { return std::make_unique<LinKv>(); }, false},
      {"lin-kv-on-lww", 2, [](const auto&) { return std::make_unique<LinKv>("lww-kv"); }, false},
      {"lin-kv-on-seq", 3, [](const auto&) { return std::make_unique<LinKv>("seq-kv"); }, false},
      {"txn-list-append", 4, [](const auto&) { return std::make_unique<TxnListAppend>(); }, false},
      {"txn-on-seq", 5, [](const auto&) { return std::make_unique<TxnListAppend>("seq-kv"); },
       false},
      {"seq-kv-counter", 6, [](const auto&) { return std::make_unique<SeqKvCounter>(); }, false},
  };
}
