#include "tools/sim/plan.h"

#include <algorithm>
#include <string>

#include "common/base/units.h"
#include "tools/experiment/faults/deed.h"
#include "tools/sim/simulation.h"

namespace hearsay::sim {

using bench::Deed;
using bench::Fault;

namespace {

Strike strike_of(const Deed& deed) {
  Strike strike;
  strike.fault = deed.fault;
  strike.at_ns = deed.time_ns;
  strike.nodes = deed.nodes;
  for (std::size_t a = 0; a < deed.grudge.size(); ++a) {
    for (std::size_t b = 0; b < deed.grudge.size(); ++b) {
      if (deed.grudge[a][b]) strike.deaf.emplace_back(a, b);
    }
  }
  return strike;
}

std::vector<Strike> draw_strikes(const bench::TestOptions& test) {
  std::vector<Strike> strikes;
  const std::int64_t end_ns = bench::run_options(test).time_limit_ns;
  for (const auto& [fault, interval_ns] : test.nemesis.interval_ns) {
    bench::Deeds deeds(fault, interval_ns, static_cast<std::size_t>(test.node_count), test.seed);
    for (; deeds.next().time_ns < end_ns; deeds.advance()) {
      const Deed& deed = deeds.next();
      if (deed.begins) {
        strikes.push_back(strike_of(deed));
      } else {
        strikes.back().for_ns = deed.time_ns - strikes.back().at_ns;
      }
    }
  }
  std::stable_sort(strikes.begin(), strikes.end(),
                   [](const Strike& a, const Strike& b) { return a.at_ns < b.at_ns; });
  return strikes;
}

std::vector<bench::PlannedOperation> find_operations(const SimOptions& scenario) {
  Simulation simulation(scenario.test, make_cluster_options(scenario));
  simulation.run();
  std::vector<bench::PlannedOperation> operations;
  for (const bench::Operation& each : simulation.events().history().operations()) {
    const bool planned = is_client(each) && each.type == bench::OperationType::invoke;
    if (!planned || each.final_read) continue;
    const std::size_t thread = static_cast<std::size_t>(each.process) % scenario.test.thread_count;
    operations.push_back({each.time_ns, thread, {each.f, each.value, each.extra}});
  }
  return operations;
}

Deed begin_of(const Strike& strike, std::size_t node_count) {
  Deed deed;
  deed.time_ns = strike.at_ns;
  deed.fault = strike.fault;
  deed.nodes = strike.nodes;
  if (!cuts(strike.fault)) return deed;
  deed.grudge.assign(node_count, std::vector<bool>(node_count, false));
  for (const auto& [node, unheard] : strike.deaf) deed.grudge[node][unheard] = true;
  return deed;
}

// An end comes before a beginning at the same time.
std::vector<Deed> deeds_of(const Plan& plan) {
  std::vector<Deed> deeds;
  for (const Strike& strike : plan.strikes) {
    deeds.push_back(begin_of(strike, static_cast<std::size_t>(plan.options.test.node_count)));
    if (!strike.for_ns) continue;
    Deed end;
    end.time_ns = strike.at_ns + *strike.for_ns;
    end.fault = strike.fault;
    end.begins = false;
    deeds.push_back(end);
  }
  std::stable_sort(deeds.begin(), deeds.end(), [](const Deed& a, const Deed& b) {
    return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : !a.begins && b.begins;
  });
  return deeds;
}

}  // namespace

bool has_end(Fault fault) {
  return !word_for_end(fault).empty();
}

bool cuts(Fault fault) {
  return fault == Fault::partition || fault == Fault::one_way;
}

bool hits_nodes(Fault fault) {
  return !cuts(fault) && !is_on_the_wire(fault);
}

bool strikes(const Plan& plan, Fault fault) {
  return std::any_of(plan.strikes.begin(), plan.strikes.end(),
                     [&](const Strike& strike) { return strike.fault == fault; });
}

Plan spell_out(const SimOptions& scenario) {
  Plan plan;
  plan.operations = find_operations(scenario);
  plan.strikes = draw_strikes(scenario.test);
  plan.options = scenario;
  bench::TestOptions& test = plan.options.test;
  test.binary.clear();
  test.faults.nemeses.clear();
  test.faults.own_interval_s.clear();
  return plan;
}

SimOptions options_of(const Plan& plan) {
  SimOptions options = plan.options;
  bench::FaultOptions& faults = options.test.faults;
  for (const Fault fault : bench::kFaults) {
    if (strikes(plan, fault)) {
      faults.nemeses.emplace_back(name_of(fault));
    } else {
      faults.probability.erase(fault);  // without strikes it would hold all the time
    }
  }
  resolve(options);
  options.test.nemesis.planned = deeds_of(plan);
  options.test.operations = plan.operations;
  return options;
}

}  // namespace hearsay::sim
