#include "tools/cluster/test_on_bus.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/cluster/attached_nodes.h"
#include "tools/cluster/conditions.h"
#include "tools/cluster/initiation.h"
#include "tools/cluster/json_text.h"
#include "tools/cluster/roster.h"
#include "tools/cluster/test_asks.h"
#include "tools/cluster/watch.h"
#include "tools/console/exit_codes.h"
#include "tools/console/tell.h"
#include "tools/processes/real_test.h"

namespace hearsay::cluster {
namespace {

constexpr std::int64_t kPatienceNs = 10 * kNsPerSecond;
constexpr std::int64_t kLookAroundNs = kNsPerSecond;

// n2 before n10.
bool comes_before(const std::string& a, const std::string& b) {
  return std::make_tuple(a.size(), a) < std::make_tuple(b.size(), b);
}

std::vector<std::string> names_of(const Watch& watch) {
  std::vector<std::string> names;
  for (const auto& [name, seen] : watch.seen()) names.push_back(name);
  std::sort(names.begin(), names.end(), comes_before);
  return names;
}

// All these are there; else throws.
void wait_for(Watch& watch, const std::vector<std::string>& names, const BusOptions& bus) {
  const auto are_there = [&] { return watch.missing(names).empty(); };
  const auto for_whom = [&] { return "hearsay test: waits for " + in_words(watch.missing(names)); };
  if (watch.look_aloud(monotonic_ns() + kPatienceNs, are_there, for_whom)) return;
  const std::vector<std::string> there = names_of(watch);
  throw std::runtime_error(
      fmt::format("nobody has attached {} to cluster {} in time (hearsay attach --name NAME). {}",
                  in_words(watch.missing(names)), bus.cluster,
                  there.empty() ? "Nobody is there" : "There: " + in_words(there)));
}

// Those that are attached now.
std::vector<std::string> look_around(Watch& watch, const BusOptions& bus) {
  watch.look(monotonic_ns() + kLookAroundNs, [] { return false; });
  std::vector<std::string> names = names_of(watch);
  if (!names.empty()) return names;
  throw std::runtime_error(fmt::format(
      "no node is attached to cluster {} on {} (hearsay attach --name n0)", bus.cluster, bus.url));
}

// The bench knows what each value is; what nodes know from before it would take for their mistakes.
void demand_new(const Presence& node, const std::string& cluster) {
  if (node.state == name_of(Initiation::State::waiting)) return;
  throw std::runtime_error(fmt::format(
      "{} of cluster {} is not new: it has had its init (state: {}). A test begins with nodes that "
      "know nothing, or values of before count against them. End what has attached it (process {} "
      "on {}), attach it anew (hearsay attach --name {}), and leave hearsay cluster up out: the "
      "test sends the init",
      node.node, cluster, node.state, node.pid, node.host, node.node));
}

void demand_faults(const Presence& node, const bench::TestOptions& options) {
  const bench::Link usual{options.network.latency, options.network.wire};
  const char* why = !options.faults.nemeses.empty() ? "--nemesis asks for faults"
                    : !in_words(usual).empty()      ? "the network is to be another one"
                    : options.test_count > 1        ? "each run of --test-count needs a new node"
                                                    : nullptr;
  if (why == nullptr || node.allows_faults) return;
  throw std::runtime_error(fmt::format(
      "{} was attached without --allow-faults, and {}: attach it anew (hearsay attach --name {} "
      "--allow-faults)",
      node.node, why, node.node));
}

// In the order of the names.
std::vector<Presence> find_nodes(const std::vector<std::string>& wanted, const BusOptions& bus) {
  Watch watch(bus, name_for_command(bus));
  if (!wanted.empty()) wait_for(watch, wanted, bus);
  std::vector<Presence> nodes;
  for (const std::string& name : wanted.empty() ? look_around(watch, bus) : wanted) {
    nodes.push_back(watch.seen().at(name).presence);
    demand_new(nodes.back(), bus.cluster);
  }
  return nodes;
}

std::vector<std::string> names_of(const std::vector<Presence>& nodes) {
  std::vector<std::string> names;
  names.reserve(nodes.size());
  for (const Presence& node : nodes) names.push_back(node.node);
  return names;
}

// What has attached a node kills it and starts a new one. First all are killed: what an old one
// said must not wait for a new one.
void renew(const std::vector<std::string>& names, const BusOptions& bus) {
  Watch watch(bus, name_for_command(bus));
  for (const std::string_view ask : {kKill, kStart}) {
    for (const std::string& name : names) {
      const nlohmann::json answer = watch.ask(name, {{"ask", ask}});
      if (answer.is_object() && answer.contains("process")) continue;
      throw std::runtime_error(fmt::format(
          "no new {} for the next run: {}", name,
          answer.is_object() ? text_at(answer, "wrong") : "what has attached it does not answer"));
    }
  }
}

bench::RunEnd test_nodes(const bench::TestOptions& options, const TestBusOptions& bus,
                         const std::vector<Presence>& nodes) {
  Conditions usual;
  usual.run = make_instance();
  usual.seed = options.seed;
  usual.link.latency = options.network.latency;
  return bench::RealTest(options,
                         [&](bench::EventLoop& loop, bench::Store&, const std::string&,
                             bench::TestedNodes::OnDeath on_death) {
                           return std::make_unique<AttachedNodes>(
                               loop, bus.bus, nodes, usual, options.strict, std::move(on_death));
                         })
      .run();
}

}  // namespace

int run_test_on_bus(bench::TestOptions options, const TestBusOptions& bus) {
  try {
    std::vector<Presence> nodes =
        find_nodes(bus.count_given ? node_names(options) : std::vector<std::string>(), bus.bus);
    for (const Presence& node : nodes) demand_faults(node, options);
    use_nodes(options, names_of(nodes));
    refuse_what_can_not_run(options);
    int exit_code = test_nodes(options, bus, nodes).exit_code;
    // Up to the first run that isn't valid.
    for (std::int64_t i = 1; i < options.test_count && exit_code == bench::kExitValid; ++i) {
      renew(names_of(nodes), bus.bus);
      nodes = find_nodes(names_of(nodes), bus.bus);
      ++options.seed;
      exit_code = test_nodes(options, bus, nodes).exit_code;
    }
    return exit_code;
  } catch (const std::exception& error) {
    bench::tell("hearsay test: {}\n", error.what());
    return bench::kExitRunFailed;
  }
}

}  // namespace hearsay::cluster
