// A few cores that send each other messages, in virtual time: for tests of gossip.
//
// Every message takes one hop of 100 ms, unless the test says that it is lost or late. Steps take
// no time. Nodes are named so that a node's number is its rank. An exchange without end, which time
// would never stop, throws std::runtime_error. The real simulator, with workloads, faults and
// checkers, is tools/sim.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/worker/support/core_harness.h"

namespace hearsay::test {

class GossipCluster {
 public:
  struct Sent {
    std::int64_t at_ns;
    std::size_t from;
    std::size_t to;
    Json body;
    bool is(std::string_view type) const { return body["type"] == type; }
  };

  // Beyond `nodes` there are as many more `absent` ones, that others know by name only. `events`:
  // where all events of all nodes go; nothing: nowhere. `workload`: as of hearsay-node.
  GossipCluster(GossipOptions gossip, std::size_t nodes, std::size_t absent = 0,
                std::vector<Json>* events = nullptr, std::string workload = core::kAutoWorkload);

  // A message of another node, absent or not, arrives now.
  void hear(std::size_t node, std::size_t from, const Json& body);
  // A client's request to a node, now; the body of the answer, null if there is none yet.
  Json ask(std::size_t node, Json body);
  void broadcast(std::size_t node, const Json& value);
  // The values that a node knows, sorted.
  Json read(std::size_t node);
  // Kills the node's worker and starts a new one from the journal.
  void restart(std::size_t node);
  // Kills it; start() starts the new one. Messages that come in between are handled first.
  void crash(std::size_t node);
  void start(std::size_t node);
  // Kills it; what its files have is what they had then.
  void go_back(std::size_t node, const CoreHarness::State& state);
  // As a node that was killed and started again from nothing.
  void lose_everything(std::size_t node);

  void run_until(std::int64_t at_ns);
  void run_for(std::int64_t duration_ns) { run_until(now_ns_ + duration_ns); }
  // Until nothing is under way and nobody wants to be woken. False if that takes longer.
  bool run_until_silent(std::int64_t limit_ns);

  std::int64_t now_ns() const { return now_ns_; }
  std::size_t size() const { return nodes_.size(); }
  CoreHarness& core(std::size_t node) { return *nodes_.at(node).core; }
  // Everything sent between nodes so far, or of one type, lost messages included.
  const std::vector<Sent>& sent() const { return sent_; }
  std::vector<Sent> sent(std::string_view type) const;
  void forget_sent() { sent_.clear(); }

  // Whether a message gets lost; asked when it is sent.
  std::function<bool(const Sent&)> lost;
  // How much longer than a hop a message takes; asked when it is sent.
  std::function<std::int64_t(const Sent&)> late_ns;
  // Called with every line to a client.
  std::function<void(std::size_t node, const Json& line)> to_client;
  // How often each message arrives, if it does.
  int copies = 1;
  // Called after every step of a node.
  std::function<void(std::size_t node)> after_step;

 private:
  static constexpr std::size_t kMostSent = 300'000;  // the longest test sends a tenth of it

  struct Node {
    std::unique_ptr<CoreHarness> core;
    std::uint64_t generation = 1;
  };

  void make(std::size_t node);
  // The node whose wake-up is the earliest, and when; size() if there is none.
  std::pair<std::size_t, std::int64_t> next_wake() const;
  void wake(std::size_t node);
  void take(std::size_t node, const std::vector<Json>& lines);
  CoreHarness& core_now(std::size_t node);
  // False when there is nothing to do up to `limit_ns`.
  bool step(std::int64_t limit_ns);

  GossipOptions gossip_;
  std::vector<Json>* events_;
  std::string workload_;
  std::vector<std::string> names_;
  std::vector<Node> nodes_;
  std::multimap<std::int64_t, Sent> under_way_;  // by the time of arrival
  std::vector<Sent> sent_;
  std::int64_t now_ns_ = 1'000'000'000;
  std::uint64_t lives_ = 0;
};

}  // namespace hearsay::test
