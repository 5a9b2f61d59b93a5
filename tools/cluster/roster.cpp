#include "tools/cluster/roster.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "tools/bus/subjects.h"

namespace hearsay::cluster {
namespace {

constexpr std::size_t kShownNodes = 10;

std::optional<std::vector<std::string>> names_from(const nlohmann::json& json) {
  if (!json.is_array()) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& each : json) {
    if (!each.is_string() || !bus::complain_about_name(each.get<std::string>()).empty()) {
      return std::nullopt;
    }
    names.push_back(each.get<std::string>());
  }
  return names;
}

}  // namespace

bool Roster::has(const std::string& node) const {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

Roster make_roster(std::vector<std::string> nodes, std::optional<bench::Topology> topology) {
  Roster roster;
  roster.nodes = std::move(nodes);
  if (!topology) return roster;
  const auto neighbours = bench::make_topology(*topology, roster.nodes.size());
  for (std::size_t node = 0; node < neighbours.size(); ++node) {
    std::vector<std::string>& names = roster.neighbours[roster.nodes[node]];
    for (const std::size_t other : neighbours[node]) names.push_back(roster.nodes[other]);
  }
  return roster;
}

nlohmann::json to_json(const Roster& roster) {
  return {{"nodes", roster.nodes}, {"neighbours", roster.neighbours}};
}

std::optional<Roster> roster_from(const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("nodes")) return std::nullopt;
  Roster roster;
  const auto nodes = names_from(json["nodes"]);
  if (!nodes || nodes->empty()) return std::nullopt;
  roster.nodes = *nodes;
  const auto neighbours = json.find("neighbours");
  if (neighbours == json.end() || !neighbours->is_object()) return roster;
  for (const auto& [node, others] : neighbours->items()) {
    const auto names = names_from(others);
    if (!names) return std::nullopt;
    roster.neighbours[node] = *names;
  }
  return roster;
}

std::string in_words(const std::vector<std::string>& nodes) {
  std::string words;
  for (std::size_t i = 0; i < std::min(nodes.size(), kShownNodes); ++i) {
    words += (i == 0 ? "" : ", ") + nodes[i];
  }
  if (nodes.size() > kShownNodes) words += fmt::format(", ... ({} in all)", nodes.size());
  return words;
}

}  // namespace hearsay::cluster
