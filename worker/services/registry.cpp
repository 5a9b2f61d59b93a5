#include "worker/services/registry.h"

#include "worker/services/broadcast.h"
#include "worker/services/echo.h"
#include "worker/services/unique_ids.h"

namespace hearsay::services {

// The number is the service's tag in the journal: unique, and never used again for another.
std::vector<core::RegisteredService> make_services(const GossipOptions& gossip) {
  std::vector<core::RegisteredService> services;
  services.push_back({1, std::make_unique<Echo>()});
  services.push_back({2, std::make_unique<UniqueIds>()});
  services.push_back({3, std::make_unique<Broadcast>(gossip)});
  return services;
}

}  // namespace hearsay::services
