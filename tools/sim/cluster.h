// The nodes of a simulated run, between the network and their cores.
//
// A delivered line is queued with its node and consumed at the same virtual moment, after the
// network is done; so is everything else that falls due. Nodes take no time to compute. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/options/worker_options.h"
#include "tools/bench/event_heap.h"
#include "tools/bench/network.h"
#include "tools/bench/node_control.h"
#include "tools/bench/random.h"
#include "tools/sim/sim_node.h"

namespace hearsay::sim {

struct ClusterOptions {
  GossipOptions gossip;
  bool keep_journals = true;
  std::int64_t restart_ns = 5'000'000;  // from a worker's death to its successor's first step
  std::int64_t max_skew_ns = 0;         // clocks are off by up to this, either way
};

class Cluster : public bench::NodePort, public bench::NodeControl {
 public:
  Cluster(bench::EventHeap& heap, const ClusterOptions& options, std::uint64_t seed);

  // Starts a node for each node of `network`, which outlives the cluster.
  void start(std::int64_t now_ns, bench::Network& network);

  bool deliver(std::int64_t now_ns, std::size_t node, std::string_view line) override;
  // Not simulated yet: these do nothing.
  std::optional<std::int64_t> kill_worker(std::int64_t now_ns, std::size_t node) override;
  std::optional<std::int64_t> pause_worker(std::int64_t now_ns, std::size_t node) override;
  void resume_worker(std::int64_t /*now_ns*/, std::size_t /*node*/) override {}
  void kill_node(std::int64_t /*now_ns*/, std::size_t /*node*/) override {}
  void start_node(std::int64_t /*now_ns*/, std::size_t /*node*/) override {}
  void pause_node(std::int64_t /*now_ns*/, std::size_t /*node*/) override {}
  void resume_node(std::int64_t /*now_ns*/, std::size_t /*node*/) override {}

 private:
  struct Slot {
    std::unique_ptr<SimNode> node;
    bool scheduled = false;  // an event in the heap will call run
    std::string line;        // the beginning of a line that comes in parts
  };

  void schedule(std::int64_t now_ns, std::size_t node);
  void run(std::int64_t now_ns, std::size_t node);
  void carry_out(std::int64_t now_ns, std::size_t node, std::string_view outputs);
  void send_line(std::int64_t now_ns, std::size_t node, std::string_view line);
  void start_worker(std::int64_t now_ns, std::size_t node);

  bench::EventHeap& heap_;
  ClusterOptions options_;
  std::uint64_t seed_;
  bench::Network* network_ = nullptr;
  protocol::LineParser parser_;
  std::vector<Slot> slots_;
};

}  // namespace hearsay::sim
