// The options that a worker's services see.
#pragma once

#include <cstdint>
#include <string>

namespace hearsay {

// Longer lines could not be answered while their clients wait.
inline constexpr std::uint64_t kLongestLineBytes = 20 * 1024 * 1024;

struct GossipOptions {
  std::string strategy = "relay";
  std::int64_t latency_budget_ms = 390;  // relay: the stable latency to aim at
  std::int64_t interval_ms = 50;         // push: time between two rounds
  std::int64_t fanout = 1;               // push: random nodes and random neighbours a round, each
  std::uint64_t max_line_bytes = kLongestLineBytes;  // what a node takes, and so its peers
};

// What a worker is for.
struct ServiceOptions {
  std::string workload = "auto";  // as of worker/core/service_list.h
  GossipOptions gossip;
};

}  // namespace hearsay
