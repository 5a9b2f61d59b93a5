#include "tools/sim/plan_picture.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "common/base/units.h"

namespace hearsay::sim {
namespace {

constexpr std::size_t kMostLines = 60;
constexpr std::size_t kMostColumns = 40;  // wider is no picture

struct Moment {
  std::int64_t time_ns;
  std::vector<std::size_t> nodes;
  char mark;
  std::string text;
};

std::vector<std::size_t> nodes_of(const Strike& strike, std::size_t node_count) {
  if (hits_nodes(strike.fault)) return strike.nodes;
  std::set<std::size_t> nodes;
  for (const auto& pair : strike.deaf) nodes.insert(pair.first);
  if (!cuts(strike.fault)) {
    for (std::size_t node = 0; node < node_count; ++node) nodes.insert(node);
  }
  return {nodes.begin(), nodes.end()};
}

// "n0 hears not n1 n2; n3 hears not n1"
std::string words_for_cut(const Strike& strike) {
  std::map<std::size_t, std::string> unheard;
  for (const auto& [node, other] : strike.deaf) unheard[node] += fmt::format(" n{}", other);
  std::string text;
  for (const auto& [node, others] : unheard) {
    text += fmt::format("{}n{} hears not{}", text.empty() ? ": " : "; ", node, others);
  }
  constexpr std::size_t kMostBytes = 100;
  return text.size() > kMostBytes ? text.substr(0, kMostBytes) + " ..." : text;
}

std::vector<Moment> moments_of(const Plan& plan) {
  const auto node_count = static_cast<std::size_t>(plan.options.test.node_count);
  std::vector<Moment> moments;
  for (const bench::PlannedOperation& each : plan.operations) {
    const auto& value = each.intent.value;
    const std::size_t client = client_of(each, node_count);
    moments.push_back({each.time_ns,
                       {node_of(each, node_count)},
                       'o',
                       each.intent.f + (value.is_null() ? "" : " " + value.dump()) +
                           (client == 0 ? "" : fmt::format(" (client {})", client))});
  }
  for (const Strike& strike : plan.strikes) {
    const std::string name(name_of(strike.fault));
    const auto nodes = nodes_of(strike, node_count);
    moments.push_back({strike.at_ns, nodes, '!', name + words_for_cut(strike)});
    if (strike.for_ns) {
      moments.push_back({strike.at_ns + *strike.for_ns, nodes, '+', name + " ends"});
    }
  }
  std::stable_sort(moments.begin(), moments.end(),
                   [](const Moment& a, const Moment& b) { return a.time_ns < b.time_ns; });
  return moments;
}

std::string line_of(const Moment& moment, std::size_t node_count) {
  std::vector<char> columns(node_count, '.');
  for (const std::size_t node : moment.nodes) columns[node] = moment.mark;
  std::string text = fmt::format(
      "{:>13.3f}  ", static_cast<double>(moment.time_ns) / static_cast<double>(kNsPerMs));
  for (std::size_t node = 0; node < std::min(node_count, kMostColumns); ++node) {
    text += std::string(1, columns[node]) + "  ";
  }
  return text + " " + moment.text + "\n";
}

}  // namespace

std::string picture_of(const Plan& plan) {
  const auto node_count = static_cast<std::size_t>(plan.options.test.node_count);
  std::string text = "      time ms  ";
  for (std::size_t node = 0; node < std::min(node_count, kMostColumns); ++node) {
    text += fmt::format("{:<3}", fmt::format("n{}", node).substr(0, 3));
  }
  text += " what\n";
  const std::vector<Moment> moments = moments_of(plan);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    if (moments.size() > kMostLines && i == kMostLines / 2) {
      const std::size_t left_out = moments.size() - kMostLines;
      text += fmt::format("{:>13}  {} more\n", "...", left_out);
      i += left_out;
    }
    text += line_of(moments[i], node_count);
  }
  return text + "Columns: o a client asks, ! a fault begins here, + it ends.\n";
}

}  // namespace hearsay::sim
