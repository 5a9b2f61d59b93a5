// broadcast (challenges 3a-3e, https://fly.io/dist-sys/3a/): values of any JSON type, told to
// everyone, each kept once.
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

class Broadcast final : public core::Service {
 public:
  explicit Broadcast(const GossipOptions& gossip);

  std::span<const std::string_view> types() const override;
  void handle(core::Context& context, const protocol::Message& message) override;
  void start(core::Context& context) override;
  void on_timer(core::Context& context, std::uint32_t token) override;
  void replay(std::uint16_t kind, std::string_view payload) override;
  void replayed() override { knowledge_.values.restored(); }
  void snapshot(const ChangeSink& sink) const override;
  std::uint64_t snapshot_bytes() const override;

 private:
  void broadcast(core::Context& context, const protocol::Message& message);
  void gossip(core::Context& context, const protocol::Message& message);
  void read(core::Context& context, const protocol::Message& message);
  void topology(core::Context& context, const protocol::Message& message);
  void know_neighbours(const core::Context& context);
  // Keeps those of the canonical values that are new and tells the strategy.
  std::size_t learn(core::Context& context, std::vector<std::string> values,
                    const gossip::Travel& travel);

  gossip::Knowledge knowledge_;
  core::SharedText read_text_;  // of its values
  bool has_topology_ = false;
  std::unique_ptr<gossip::Strategy> strategy_;
};

}  // namespace hearsay::services
