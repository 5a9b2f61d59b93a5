// The options that a worker's services see.
#pragma once

#include <cstdint>
#include <string>

namespace hearsay {

struct GossipOptions {
  std::string strategy = "relay";
  std::int64_t latency_budget_ms = 390;  // relay: the stable latency to aim at
  std::int64_t interval_ms = 50;         // push: time between two rounds
  std::int64_t fanout = 1;               // push: random nodes and random neighbours a round, each
};

// What a worker is for.
struct ServiceOptions {
  std::string workload = "auto";  // as of worker/core/service_list.h
  GossipOptions gossip;
};

}  // namespace hearsay
