#include "worker/gossip/strategy.h"

#include "common/base/check.h"
#include "worker/gossip/flood.h"
#include "worker/gossip/push.h"

namespace hearsay::gossip {

void Strategy::tell(core::Context& context, std::string_view peer, std::string_view json_array) {
  context.send(peer, kGossipType,
               [&](protocol::MessageWriter& body) { body.json(kMessagesField, json_array); });
}

std::unique_ptr<Strategy> make_strategy(const GossipOptions& options, const Knowledge& knowledge) {
  if (options.strategy == "flood") return std::make_unique<Flood>(knowledge);
  HEARSAY_CHECK(options.strategy == "push", "--gossip was checked when it was parsed");
  return std::make_unique<Push>(options, knowledge);
}

}  // namespace hearsay::gossip
