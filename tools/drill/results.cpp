#include "tools/drill/results.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "common/base/units.h"
#include "common/base/version.h"

namespace hearsay::drill {
namespace {

constexpr std::size_t kMostLostNamed = 20;

double in_ms(std::int64_t ns) {
  return std::round(static_cast<double>(ns) / 1e3) / 1e3;
}

nlohmann::json with_spread(nlohmann::json what, std::vector<std::int64_t> times_ns) {
  what.update(spread_ms(std::move(times_ns)));
  return what;
}

std::string place_of(const Strike& strike) {
  if (strike.stop) return std::string(strike.whole_node ? kNodeStopped : kWorkerStopped);
  if (strike.whole_node) return std::string(kNodeKilled);
  const auto known = std::find(kPlaces.begin(), kPlaces.end(), strike.station);
  return std::string(known == kPlaces.end() ? kUnknown : *known);
}

nlohmann::json outages_by_place(const Strikes& strikes) {
  std::map<std::string_view, std::vector<std::int64_t>> outages;
  std::map<std::string_view, std::int64_t> counts;
  for (const Strike& strike : strikes) {
    const auto place = std::find(kPlaces.begin(), kPlaces.end(), place_of(strike));
    ++counts[*place];
    if (strike.outage_ns) outages[*place].push_back(*strike.outage_ns);
  }
  nlohmann::json list = nlohmann::json::array();
  for (const std::string_view place : kPlaces) {
    if (counts[place] == 0) continue;
    list.push_back(
        with_spread({{"place", place}, {"strikes", counts[place]}}, std::move(outages[place])));
  }
  return list;
}

nlohmann::json strikes_json(const DrillOptions& options, const bench::Network& network,
                            const Course& course) {
  std::vector<std::int64_t> kill_outages;
  std::vector<std::int64_t> stop_outages;
  std::map<std::string, std::int64_t> by_node;
  std::set<std::string> stuck;
  nlohmann::json list = nlohmann::json::array();
  std::int64_t stops = 0;
  std::int64_t unanswered = 0;
  for (const Strike& strike : course.strikes()) {
    const std::string& name = network.node_name(strike.node);
    ++by_node[name];
    if (strike.stop) ++stops;
    if (!strike.outage_ns) {
      ++unanswered;
      stuck.insert(name);
    } else {
      (strike.stop ? stop_outages : kill_outages).push_back(*strike.outage_ns);
    }
    list.push_back({in_ms(strike.time_ns - course.strikes_begin_ns()), name, place_of(strike),
                    strike.outage_ns ? nlohmann::json(in_ms(*strike.outage_ns)) : nullptr});
  }
  const auto count = static_cast<std::int64_t>(course.strikes().size());
  return {{"wanted", options.kills},
          {"kills", count - stops},
          {"stops", stops},
          {"by-node", by_node},
          {"by-place", outages_by_place(course.strikes())},
          {"outage-ms", spread_ms(std::move(kill_outages))},
          {"stop-outage-ms", spread_ms(std::move(stop_outages))},
          {"without-answer-after", unanswered},
          {"nodes-without-answer", stuck},
          {"list-columns", {"time-ms", "node", "place", "outage-ms"}},
          {"list", std::move(list)}};
}

// Whether the node that the operation asked was killed whole while it was open.
bool was_cut_off(const Course& course, const bench::Operation& invocation,
                 const bench::Operation& completion) {
  const std::size_t node = course.node_of(invocation.process);
  const std::int64_t begin_ns = course.origin_ns() + invocation.time_ns;
  const std::int64_t end_ns = course.origin_ns() + completion.time_ns;
  return std::any_of(course.strikes().begin(), course.strikes().end(), [&](const Strike& strike) {
    return strike.whole_node && !strike.stop && strike.node == node && strike.time_ns >= begin_ns &&
           strike.time_ns <= end_ns;
  });
}

nlohmann::json operations_json(const Course& course) {
  const ProbeCounts& probes = course.probes();
  std::int64_t invoked = 0;
  std::int64_t ok = 0;
  std::int64_t refused = probes.refused;
  std::int64_t wrong = probes.wrong;
  std::int64_t unanswered = probes.unanswered;
  std::int64_t cut_off = probes.cut_off;
  const auto& operations = course.history().operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const bench::Operation& operation = operations[i];
    if (operation.type == bench::OperationType::invoke) ++invoked;
    if (operation.type == bench::OperationType::ok) ++ok;
    if (operation.error.is_array()) ++refused;
    if (!operation.exception.empty()) ++wrong;
    if (operation.error != "net-timeout") continue;
    const auto invocation = course.history().partner(i);
    const bool excused = invocation && was_cut_off(course, operations[*invocation], operation);
    ++(excused ? cut_off : unanswered);
  }
  return {{"asked", invoked + probes.asked},
          {"acknowledged", ok + probes.acknowledged},
          {"by-load", ok},
          {"by-probes", probes.acknowledged},
          {"refused", refused},
          {"wrong", wrong},
          {"unanswered", unanswered},
          {"cut-off", cut_off},
          {"answered-twice", course.odd_replies().duplicate_count()},
          {"ids-twice", probes.ids_twice}};
}

nlohmann::json holdings_json(const bench::Network& network, const Facts& facts) {
  nlohmann::json list = nlohmann::json::array();
  for (std::size_t node = 0; node < std::min(facts.before.size(), facts.after.size()); ++node) {
    const Holding& before = facts.before[node];
    const Holding& after = facts.after[node];
    list.push_back({{"node", network.node_name(node)},
                    {"memory-kb", {before.memory_kb, after.memory_kb}},
                    {"descriptors", {before.descriptors, after.descriptors}},
                    {"processes", {before.processes, after.processes}}});
  }
  return list;
}

nlohmann::json bad_lines_json(const bench::Findings& findings) {
  nlohmann::json counts = nlohmann::json::object();
  for (const auto& [kind, count] : findings.counts()) counts[std::string(name_of(kind))] = count;
  return counts;
}

// Each node is to be read once, if the workload has something to read.
nlohmann::json last_reads_json(const bench::Network& network, const bench::Workload& workload,
                               const bench::History& history) {
  const auto& operations = history.operations();
  const auto came =
      std::count_if(operations.begin(), operations.end(), [](const bench::Operation& each) {
        return each.final_read && each.type == bench::OperationType::ok;
      });
  return {{"wanted", workload.final_intent() ? network.node_count() : 0}, {"came", came}};
}

// Values that the nodes took since they were looked at the first time.
std::int64_t values_since_first_look(const Course& course) {
  const std::int64_t begin_ns = course.strikes_begin_ns() - course.origin_ns();
  const auto& operations = course.history().operations();
  return std::count_if(operations.begin(), operations.end(), [&](const bench::Operation& each) {
    return each.type == bench::OperationType::invoke && each.f == "broadcast" &&
           each.time_ns >= begin_ns;
  });
}

// An id of the load that a probe got too.
std::int64_t shared_ids(const Course& course) {
  const auto& operations = course.history().operations();
  return std::count_if(operations.begin(), operations.end(), [&](const bench::Operation& each) {
    return each.type == bench::OperationType::ok && each.f == "generate" &&
           course.probes().ids.count(each.value.dump()) > 0;
  });
}

// From the first one on; the last one ends it.
double strikes_s(const Course& course) {
  if (course.strikes().empty()) return 0;
  return in_ms(course.strikes().back().time_ns - course.strikes_begin_ns()) / 1e3;
}

nlohmann::json options_json(const DrillOptions& options) {
  return {{"nodes", options.test.node_count},
          {"kills", options.kills},
          {"every", options.every},
          {"target", options.target_name},
          {"stop", options.stops},
          {"stop-for", options.stop_for},
          {"under", options.test.workload},
          {"values", options.values},
          {"rate", options.test.rate_hz},
          {"recovery", options.test.recovery_s},
          {"bin", options.test.binary},
          {"seed", options.test.seed},
          {"args", options.test.node_arguments}};
}

}  // namespace

nlohmann::json spread_ms(std::vector<std::int64_t> times_ns) {
  nlohmann::json spread = {
      {"count", times_ns.size()}, {"p50", nullptr}, {"p99", nullptr}, {"max", nullptr}};
  if (times_ns.empty()) return spread;
  std::sort(times_ns.begin(), times_ns.end());
  const auto at = [&](double p) {
    const auto index = static_cast<std::size_t>(static_cast<double>(times_ns.size()) * p);
    return in_ms(times_ns[std::min(index, times_ns.size() - 1)]);
  };
  spread["p50"] = at(0.5);
  spread["p99"] = at(0.99);
  spread["max"] = at(1);
  return spread;
}

nlohmann::json recoveries_by_size(const std::vector<Recovery>& recoveries) {
  constexpr std::int64_t kFirstBelow = 1024;
  std::map<std::int64_t, std::vector<std::int64_t>> times;
  for (const Recovery& recovery : recoveries) {
    std::int64_t below = kFirstBelow;
    while (below <= recovery.journal_bytes && below < INT64_MAX / 4) below *= 4;
    times[below].push_back(recovery.duration_ns);
  }
  nlohmann::json list = nlohmann::json::array();
  for (auto& [below, durations] : times) {
    list.push_back(with_spread({{"journal-bytes-below", below}}, std::move(durations)));
  }
  return list;
}

nlohmann::json find_lost(const bench::History& history, const Course& course,
                         const bench::Network& network) {
  std::set<std::int64_t> acknowledged;
  for (const bench::Operation& operation : history.operations()) {
    const bool took = operation.type == bench::OperationType::ok && operation.f == "broadcast";
    if (took) acknowledged.insert(operation.value.get<std::int64_t>());
  }
  std::set<std::int64_t> lost;
  std::set<std::string> nodes;
  for (const bench::Operation& operation : history.operations()) {
    if (operation.type != bench::OperationType::ok || !operation.final_read) continue;
    std::set<std::int64_t> missing = acknowledged;
    for (const nlohmann::json& value : operation.value) {
      if (value.is_number_integer()) missing.erase(value.get<std::int64_t>());
    }
    if (!missing.empty()) nodes.insert(network.node_name(course.node_of(operation.process)));
    lost.insert(missing.begin(), missing.end());
  }
  std::vector<std::int64_t> named(lost.begin(), lost.end());
  named.resize(std::min(named.size(), kMostLostNamed));
  return {{"count", lost.size()}, {"values", named}, {"nodes", nodes}};
}

nlohmann::json make_results(const DrillOptions& options, const bench::Network& network,
                            const bench::Workload& workload, const Course& course,
                            const Facts& facts) {
  const bench::Outcome& outcome = facts.outcome;
  nlohmann::json results = {
      {"version", version()},
      {"command", options.test.command},
      {"options", options_json(options)},
      {"strikes", strikes_json(options, network, course)},
      {"recoveries", recoveries_by_size(facts.recoveries)},
      {"operations", operations_json(course)},
      {"lost", find_lost(course.history(), course, network)},
      {"last-reads", last_reads_json(network, workload, course.history())},
      {"workload", workload.check(course.history())},
      {"bad-lines", bad_lines_json(outcome.findings)},
      {"deaths", outcome.deaths.json()},
      {"holdings", holdings_json(network, facts)},
      {"values-since-first-look", values_since_first_look(course)},
      {"left", {{"processes", outcome.leftovers}, {"shared-memory", facts.left_shared_memory}}},
      {"strikes-s", strikes_s(course)},
      {"wall-s", in_ms(outcome.wall_ns.value_or(0)) / 1e3},
      {"bench-cpu-s", in_ms(outcome.bench_cpu_ns.value_or(0)) / 1e3}};
  if (options.test.workload == "unique-ids") {
    nlohmann::json& twice = results["operations"]["ids-twice"];
    twice = twice.get<std::int64_t>() + shared_ids(course);
  }
  if (!outcome.failure.empty()) {
    results["failure"] = outcome.failure;
    results["failure-kind"] = outcome.failure_kind;
  }
  return results;
}

}  // namespace hearsay::drill
