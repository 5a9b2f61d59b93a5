// The services of a worker program by name, and those of them that are switched on.
//
// Each program has one list: the workers of this repository in worker/services/registry.cpp, your
// own worker in its one source. The names are what `hearsay-node --workload` takes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/options/service_options.h"
#include "worker/core/service.h"

namespace hearsay::core {

// What --workload is unless somebody says: all services whose `in_auto` is true, together.
inline constexpr const char* kAutoWorkload = "auto";

struct ServiceEntry {
  std::string name;
  // Under which its changes stand in the journal: unique, from 1 to 65534, never used again for
  // another service.
  std::uint16_t tag;
  std::function<std::unique_ptr<Service>(const GossipOptions&)> make;
  bool in_auto = true;
};

// The services of this program. Defined by the program; called once a worker.
std::vector<ServiceEntry> services();

// A service of a node. One that is not switched on is null: the node only knows that it exists.
struct RegisteredService {
  std::uint16_t tag;
  std::string name;
  std::unique_ptr<Service> service;
};

// What was asked for can't be: no such service, or two that claim the same type of messages.
// what() says which, for people.
class BadWorkload : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Makes those that options.workload names, separated by commas; kAutoWorkload stands for all that
// are in it. Throws BadWorkload.
std::vector<RegisteredService> switch_on(const std::vector<ServiceEntry>& entries,
                                         const ServiceOptions& options);

}  // namespace hearsay::core
