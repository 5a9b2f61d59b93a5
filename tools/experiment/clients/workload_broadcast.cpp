#include <nlohmann/json.hpp>
#include <utility>

#include "tools/experiment/clients/workload.h"
#include "tools/experiment/verdict/checkers.h"

namespace hearsay::bench {
namespace {

class Broadcast final : public Workload {
 public:
  Broadcast(Topology topology, const std::vector<std::string>& nodes)
      : topology_(nlohmann::json::object()) {
    if (topology == Topology::line && nodes.size() < 2) return;  // as Maelstrom has it
    const auto neighbours = make_topology(topology, nodes.size());
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
  std::string_view reply_field(std::string_view f) const override {
    return f == "read" ? "messages" : "";
  }
  bool reply_is_array(std::string_view f) const override { return f == "read"; }
  bool is_idempotent(std::string_view f) const override { return f == "read"; }
  nlohmann::json check(const History& history) const override {
    return check_set_full(history, "broadcast");
  }
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

std::unique_ptr<Workload> make_broadcast(Topology topology, const std::vector<std::string>& nodes) {
  return std::make_unique<Broadcast>(topology, nodes);
}

}  // namespace hearsay::bench
