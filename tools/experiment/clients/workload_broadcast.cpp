#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/experiment/clients/workload.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

// Of more nodes each is told its own neighbours only. The whole topology told to each grows with
// the square, and at 10,000 nodes it is more text than all that they gossip.
constexpr std::size_t kMostToldTheWhole = 2000;

class Broadcast final : public Workload {
 public:
  explicit Broadcast(const WorkloadOptions& options)
      : nodes_(options.nodes), topology_(nlohmann::json::object()) {
    const std::vector<std::string>& nodes = nodes_;
    if (options.topology == Topology::line && nodes.size() < 2) return;  // as Maelstrom has it
    const auto neighbours = make_topology(options.topology, nodes.size());
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
      nlohmann::json& names = topology_[nodes[i]] = nlohmann::json::array();
      for (const std::size_t neighbour : neighbours[i]) names.push_back(nodes[neighbour]);
    }
  }

  std::string_view name() const override { return "broadcast"; }
  nlohmann::json setup_body(std::size_t node) const override {
    if (has_one_setup()) return {{"type", "topology"}, {"topology", topology_}};
    const std::string& name = nodes_[node];
    return {{"type", "topology"}, {"topology", {{name, topology_.at(name)}}}};
  }
  bool has_one_setup() const override { return nodes_.size() <= kMostToldTheWhole; }
  Intent next(Random& random) override {
    if (random.below(2) == 0) return {"broadcast", next_value_++};
    return {"read", nullptr};
  }
  std::optional<Intent> final_intent() const override { return Intent{"read", nullptr}; }
  nlohmann::json request_body(const Operation& invocation) const override {
    if (invocation.f == "read") return {{"type", "read"}};
    return {{"type", "broadcast"}, {"message", invocation.value}};
  }
  nlohmann::json result(const Operation& invocation, const nlohmann::json& body) const override {
    return invocation.f == "read" ? body.at("messages") : invocation.value;
  }
  std::string_view reply_field(std::string_view request_type) const override {
    return request_type == "read" ? "messages" : "";
  }
  std::string wrong_field(std::string_view /*request_type*/,
                          const nlohmann::json& value) const override {
    return no_array(value);
  }
  bool is_idempotent(std::string_view f) const override { return f == "read"; }
  nlohmann::json look_closer(const History& history) const override {
    return find_oddities(history, "broadcast");
  }
  std::vector<ValueLatency> value_latencies(const History& history) const override {
    return bench::value_latencies(history, "broadcast");
  }

 private:
  std::vector<std::string> nodes_;
  nlohmann::json topology_;
  std::int64_t next_value_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_broadcast(const WorkloadOptions& options) {
  return std::make_unique<Broadcast>(options);
}

}  // namespace hearsay::bench
