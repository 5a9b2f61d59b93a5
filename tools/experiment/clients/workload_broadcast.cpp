#include <nlohmann/json.hpp>
#include <utility>

#include "tools/experiment/clients/workload.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

class Broadcast final : public Workload {
 public:
  explicit Broadcast(const WorkloadOptions& options) : topology_(nlohmann::json::object()) {
    const std::vector<std::string>& nodes = options.nodes;
    if (options.topology == Topology::line && nodes.size() < 2) return;  // as Maelstrom has it
    const auto neighbours = make_topology(options.topology, nodes.size());
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
      nlohmann::json& names = topology_[nodes[i]] = nlohmann::json::array();
      for (const std::size_t neighbour : neighbours[i]) names.push_back(nodes[neighbour]);
    }
  }

  std::string_view name() const override { return "broadcast"; }
  nlohmann::json setup_body() const override {
    return {{"type", "topology"}, {"topology", topology_}};
  }
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
  nlohmann::json topology_;
  std::int64_t next_value_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_broadcast(const WorkloadOptions& options) {
  return std::make_unique<Broadcast>(options);
}

}  // namespace hearsay::bench
