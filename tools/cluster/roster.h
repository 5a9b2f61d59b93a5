// Which nodes a cluster has, and who of them is whose neighbour: what a node is told before it
// works.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/experiment/network/topology.h"

namespace hearsay::cluster {

struct Roster {
  std::vector<std::string> nodes;
  // For the workload broadcast; empty: nobody is told.
  std::map<std::string, std::vector<std::string>> neighbours;

  bool has(const std::string& node) const;
  bool operator==(const Roster&) const = default;
};

// Without a topology nobody is told who the neighbours are.
Roster make_roster(std::vector<std::string> nodes, std::optional<bench::Topology> topology);

nlohmann::json to_json(const Roster& roster);
// Nothing: it is no roster. Whoever is on the bus may have written it.
std::optional<Roster> roster_from(const nlohmann::json& json);

// "n0, n1, n2"; of many only the first, and how many there are.
std::string in_words(const std::vector<std::string>& nodes);

}  // namespace hearsay::cluster
