// Services with a bug each, for the simulator to find: the broadcast service of worker/services
// behind them, and ids of their own. The program that includes this defines core::services() by
// planted_services(). Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "worker/core/context.h"
#include "worker/core/service_list.h"
#include "worker/services/broadcast.h"

namespace hearsay::test {

enum class Bug {
  none,
  drops_values,     // acknowledges every tenth value and forgets it
  deaf_successors,  // a worker that takes over does not hear other nodes
  counts_anew,      // ids by a counter that no journal has
};

inline Bug planted_bug = Bug::none;

class Planted final : public core::Service {
 public:
  explicit Planted(const GossipOptions& gossip) : broadcast_(services::kBroadcastWords, gossip) {}

  std::span<const std::string_view> types() const override {
    static const std::vector<std::string_view> kTypes = [this] {
      std::vector<std::string_view> types{"generate"};
      const auto others = broadcast_.types();
      types.insert(types.end(), others.begin(), others.end());
      return types;
    }();
    return kTypes;
  }
  void handle(core::Context& context, const protocol::Message& message) override {
    if (message.type == "generate") {
      const std::string id =
          context.identity().node_id + "-" + std::to_string(++count_) +
          (planted_bug == Bug::counts_anew ? "" : "-" + std::to_string(context.input_number()));
      context.reply(message, "generate_ok",
                    [&](protocol::MessageWriter& body) { body.string("id", id); });
      return;
    }
    if (planted_bug == Bug::drops_values && message.type == "broadcast" &&
        message.field("message")->ends_with('7')) {
      context.reply(message, "broadcast_ok");
      return;
    }
    const bool from_node = context.identity().knows(message.src);
    if (planted_bug == Bug::deaf_successors && took_over_ && from_node) return;
    broadcast_.handle(context, message);
  }
  void start(core::Context& context) override { broadcast_.start(context); }
  void on_timer(core::Context& context, std::uint32_t token) override {
    broadcast_.on_timer(context, token);
  }
  void replay(std::uint16_t kind, std::string_view payload) override {
    took_over_ = true;
    broadcast_.replay(kind, payload);
  }
  void snapshot(const ChangeSink& sink) const override { broadcast_.snapshot(sink); }

 private:
  services::Broadcast broadcast_;
  std::int64_t count_ = 0;
  bool took_over_ = false;
};

inline std::vector<core::ServiceEntry> planted_services() {
  return {{"planted", 9, [](const auto& gossip) { return std::make_unique<Planted>(gossip); }}};
}

}  // namespace hearsay::test
