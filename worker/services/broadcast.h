// broadcast (challenges 3a-3e, https://fly.io/dist-sys/3a/) and g-set: values of any JSON type,
// told to everyone, each kept once. The two differ in their words only, and in that broadcast is
// told a topology; in g-set all nodes are neighbours.
//
// The values and the neighbours are the service's state and stand in the journal. How values reach
// the other nodes is the strategy's business (worker/gossip).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/options/service_options.h"
#include "worker/core/service.h"
#include "worker/gossip/strategy.h"

namespace hearsay::services {

// What a workload of this kind calls things.
struct BroadcastWords {
  std::string_view add;  // a request's type
  std::string_view add_ok;
  std::string_view value;   // its field
  std::string_view values;  // of the answer to "read"
  bool has_topology;
};
inline constexpr BroadcastWords kBroadcastWords{"broadcast", "broadcast_ok", "message", "messages",
                                                true};
inline constexpr BroadcastWords kGSetWords{"add", "add_ok", "element", "value", false};

class Broadcast final : public core::Service {
 public:
  Broadcast(const BroadcastWords& words, const GossipOptions& gossip);

  std::span<const std::string_view> types() const override { return types_; }
  void handle(core::Context& context, const protocol::Message& message) override;
  void on_new_incarnation(core::Context& context) override;
  void start(core::Context& context) override;
  void on_timer(core::Context& context, std::uint32_t token) override;
  void replay(std::uint16_t kind, std::string_view payload) override;
  void replayed() override { knowledge_.values.restored(); }
  void snapshot(const ChangeSink& sink) const override;
  std::uint64_t snapshot_bytes() const override;

 private:
  void add(core::Context& context, const protocol::Message& message);
  void gossip(core::Context& context, const protocol::Message& message);
  void read(core::Context& context, const protocol::Message& message);
  void topology(core::Context& context, const protocol::Message& message);
  void take_neighbours(core::Context& context, core::Roster neighbours);
  void know_neighbours(const core::Context& context);
  // Keeps those of the canonical values that are new and tells the strategy.
  std::size_t learn(core::Context& context, std::vector<std::string> values,
                    const gossip::Travel& travel);

  BroadcastWords words_;
  std::vector<std::string_view> types_;
  gossip::Knowledge knowledge_;
  core::SharedText read_text_;  // of its values
  bool has_topology_ = false;
  std::unique_ptr<gossip::Strategy> strategy_;
};

}  // namespace hearsay::services
