#include "worker/gossip/registry.h"

#include "common/base/check.h"
#include "worker/gossip/epidemic.h"
#include "worker/gossip/flood.h"
#include "worker/gossip/push.h"
#include "worker/gossip/relay.h"

namespace hearsay::gossip {

std::unique_ptr<Strategy> make_strategy(const GossipOptions& options, Knowledge& knowledge) {
  if (options.strategy == "relay") return std::make_unique<Relay>(options, knowledge);
  if (options.strategy == "epidemic") return std::make_unique<Epidemic>(options, knowledge);
  if (options.strategy == "flood") return std::make_unique<Flood>(knowledge);
  HEARSAY_CHECK(options.strategy == "push", "--gossip was checked when it was parsed");
  return std::make_unique<Push>(options, knowledge);
}

}  // namespace hearsay::gossip
