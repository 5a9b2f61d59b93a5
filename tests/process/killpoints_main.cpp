#include "tests/process/faulty_service.h"
#include "worker/services/registry.h"
#include "worker/worker.h"

namespace {

std::vector<hearsay::core::RegisteredService> with_faulty(const hearsay::GossipOptions& gossip) {
  auto services = hearsay::services::make_services(gossip);
  services.push_back({1000, std::make_unique<hearsay::test::FaultyService>()});
  return services;
}

}  // namespace

int main(int argc, char** argv) {
  return hearsay::worker::run_worker(argc, argv, with_faulty);
}
