#include "tools/report/results_traffic.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kBusiestShown = 20;

nlohmann::json describe_sum(const Traffic::Sum& sum) {
  return {{"messages", sum.messages}, {"bytes", sum.bytes}};
}

nlohmann::json describe_side(const Traffic::Sum& total, const std::vector<Traffic::TypeSum>& types,
                             std::int64_t operations) {
  nlohmann::json side = describe_sum(total);
  if (operations > 0) {
    side["bytes-per-op"] =
        short_ratio(static_cast<double>(total.bytes), static_cast<double>(operations));
  }
  side["by-type"] = nlohmann::json::object();
  for (const auto& [type, sum] : types) side["by-type"][type] = describe_sum(sum);
  return side;
}

nlohmann::json describe_node(const Traffic::NodeSums& node) {
  return {{"messages", node.messages()},
          {"sent", node.sent.messages},
          {"addressed", node.addressed.messages},
          {"bytes-sent", node.sent.bytes},
          {"bytes-addressed", node.addressed.bytes}};
}

// All nodes and the services that were spoken to, or the busiest of them.
nlohmann::json describe_nodes(const Network& network) {
  const Traffic& traffic = network.traffic();
  std::vector<std::size_t> order(traffic.nodes().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!traffic.has_pairs()) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return traffic.nodes()[a].messages() > traffic.nodes()[b].messages();
    });
    order.resize(kBusiestShown);
  }
  nlohmann::json nodes = nlohmann::json::object();
  for (const std::size_t node : order) {
    const bool unused_service =
        node >= network.node_count() && traffic.nodes()[node].messages() == 0;
    if (unused_service) continue;
    nodes[network.node_name(node)] = describe_node(traffic.nodes()[node]);
  }
  return nodes;
}

// Who sent how many messages to whom; pairs without messages are left out.
nlohmann::json describe_pairs(const Network& network) {
  const std::size_t count = network.traffic().nodes().size();
  nlohmann::json pairs = nlohmann::json::object();
  for (std::size_t src = 0; src < count; ++src) {
    for (std::size_t dest = 0; dest < count; ++dest) {
      const std::int64_t messages = network.traffic().pair(src, dest);
      if (messages > 0) pairs[network.node_name(src)][network.node_name(dest)] = messages;
    }
  }
  return pairs;
}

}  // namespace

nlohmann::json describe_traffic(const Network& network, std::int64_t operations) {
  const Traffic& traffic = network.traffic();
  nlohmann::json result = {
      {"servers", describe_side(traffic.servers(), traffic.server_types(), operations)},
      {"clients", describe_side(traffic.clients(), traffic.client_types(), operations)}};
  if (traffic.nodes().empty()) return result;
  const std::size_t busiest = traffic.busiest_node();
  result["busiest-node"] = describe_node(traffic.nodes()[busiest]);
  result["busiest-node"]["node"] = network.node_name(busiest);
  result[traffic.has_pairs() ? "by-node" : "busiest-nodes"] = describe_nodes(network);
  if (traffic.has_pairs()) result["by-pair"] = describe_pairs(network);
  return result;
}

}  // namespace hearsay::bench
