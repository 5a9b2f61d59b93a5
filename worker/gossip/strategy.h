// A strategy decides who is told what, and when.
//
// It sees the node's values and topology neighbours, is told of news, and sends messages of the
// type "gossip", whose field "messages" is an array of values; whoever gets one learns the values
// that are new. A strategy keeps only what may be lost with the worker: timers, beliefs about
// peers. After a start it must manage with the values alone.
//
// Pure, like a service: all it may use is the Context.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/options/worker_options.h"
#include "worker/core/context.h"
#include "worker/core/roster.h"
#include "worker/gossip/value_set.h"

namespace hearsay::gossip {

inline constexpr std::string_view kGossipType = "gossip";
inline constexpr std::string_view kMessagesField = "messages";

// What the strategies may look at; owned by the broadcast service.
struct Knowledge {
  ValueSet values;
  core::Roster neighbours;  // by the topology; all peers while there is none
};

class Strategy {
 public:
  explicit Strategy(const Knowledge& knowledge) : knowledge_(knowledge) {}
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;

  // As core::Service::start().
  virtual void start(core::Context& /*context*/) {}
  virtual void on_timer(core::Context& /*context*/, std::uint32_t /*token*/) {}
  // Values that were new here; `source` is the node or client that they came from.
  virtual void on_news(core::Context& /*context*/, std::span<const std::string> /*values*/,
                       std::string_view /*source*/) {}

 protected:
  const Knowledge& knowledge() const { return knowledge_; }
  // Sends values, given as a JSON array, to a peer.
  static void tell(core::Context& context, std::string_view peer, std::string_view json_array);

 private:
  const Knowledge& knowledge_;
};

// By the name that --gossip takes. The knowledge must outlive the strategy.
std::unique_ptr<Strategy> make_strategy(const GossipOptions& options, const Knowledge& knowledge);

}  // namespace hearsay::gossip
