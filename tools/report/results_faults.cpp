#include "tools/report/results_faults.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>
#include <vector>

#include "common/base/units.h"

namespace hearsay::bench {
namespace {

// How often each node, or its worker, was killed, and how often that is in all.
nlohmann::json count_kills(const std::vector<std::int64_t>& kills, const Network& network) {
  nlohmann::json by_node = nlohmann::json::object();
  for (std::size_t node = 0; node < kills.size(); ++node) {
    by_node[network.node_name(node)] = kills[node];
  }
  return {{"count", std::accumulate(kills.begin(), kills.end(), std::int64_t{0})},
          {"by-node", std::move(by_node)}};
}

// Messages between nodes that a fault has hit.
nlohmann::json count_faults(const Network& network) {
  nlohmann::json lost = {{"all", network.lost()}};
  for (const Fault fault : {Fault::partition, Fault::one_way, Fault::loss, Fault::kill}) {
    lost[name_of(fault)] = network.hit_by(fault);
  }
  return {{"lost", std::move(lost)},
          {"duplicated", network.hit_by(Fault::duplicate)},
          {"reordered", network.hit_by(Fault::reorder)}};
}

nlohmann::json nemesis_deeds(const History& history) {
  nlohmann::json deeds = nlohmann::json::array();
  for (const Operation& operation : history.operations()) {
    if (is_client(operation)) continue;
    deeds.push_back({{"time-ms", operation.time_ns / kNsPerMs},
                     {"f", operation.f},
                     {"value", operation.value}});
  }
  return deeds;
}

}  // namespace

void add_faults(nlohmann::json& section, const Run& run, const Network& network) {
  section["schedule"] = run.nemesis().schedule();
  section["nemesis"] = nemesis_deeds(run.history());
  section["worker-kills"] = count_kills(run.nemesis().worker_kills(), network);
  section["node-kills"] = count_kills(run.nemesis().node_kills(), network);
  section["pauses"] = run.nemesis().strikes(Fault::pause);
  section["messages"] = count_faults(network);
}

}  // namespace hearsay::bench
