// Nodes that were started again during the load: each gets a fresh init and, when it has answered,
// the workload's set-up message, as all nodes do at the beginning. Clients' requests don't wait for
// that.
//
// A node has the usual time for each answer, counted from when it was last left alone: time in
// which it is paused doesn't count. One that is killed again is forgotten. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/experiment/clients/client.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::bench {

inline constexpr std::int64_t kInitTimeoutNs = 10'000'000'000;

// The names of all nodes: a JSON array.
std::string node_ids(const Network& network);
// The init of one of them.
Request init_request(const std::string& node_id, std::string_view node_ids);

// What a node is asked once after init; empty: the workload has no such message.
using SetupFor = std::function<Request(std::size_t node)>;
// The workload outlives it.
SetupFor setup_requests(const Workload& workload);

// What is wrong with an answer to a message of the type `asked`, or "". Null: there was none; then
// what the node sent instead, if it did, is in `odd_replies`.
std::string wrong_answer(const std::string& node, const std::string& asked,
                         const nlohmann::json& reply, const OddReplies& odd_replies);
// Whether that is what wrong_answer() says where the node sent nothing instead.
bool tells_of_silence(std::string_view wrong, const std::string& node);

class Restarts {
 public:
  // Since when a node is left alone; nothing: it isn't.
  using CalmSince = std::function<std::optional<std::int64_t>(std::size_t node)>;
  // The last node that was started again has answered everything.
  using OnAllBack = std::function<void(std::int64_t now_ns)>;
  // Why a node doesn't come back.
  using OnFailure =
      std::function<void(std::int64_t now_ns, std::size_t node, const std::string& failure)>;

  // Everything given by reference outlives the restarts.
  Restarts(EventHeap& heap, Network& network, OddReplies& odd_replies, SetupFor setup,
           CalmSince calm_since, OnAllBack on_all_back, OnFailure on_failure);
  Restarts(const Restarts&) = delete;
  Restarts& operator=(const Restarts&) = delete;

  void node_started(std::int64_t now_ns, std::size_t node);
  void node_killed(std::size_t node);
  const SetupFor& setup() const { return setup_; }
  bool all_are_back() const { return waiting_ == 0; }

 private:
  struct Node {
    std::unique_ptr<Client> client;  // null: nothing to wait for
    std::uint64_t question = 0;      // counts them, so that an old deadline can tell
  };

  void ask(std::int64_t now_ns, std::size_t node, const Request& request, std::int64_t timeout_ns);
  void take_answer(std::int64_t now_ns, std::size_t node, const std::string& asked,
                   const nlohmann::json& reply);
  void watch(std::int64_t due_ns, std::size_t node, const std::string& asked,
             std::int64_t timeout_ns);
  void forget(std::size_t node);

  EventHeap& heap_;
  Network& network_;
  OddReplies& odd_replies_;
  SetupFor setup_;
  CalmSince calm_since_;
  OnAllBack on_all_back_;
  OnFailure on_failure_;
  std::vector<Node> nodes_;
  std::size_t waiting_ = 0;
};

}  // namespace hearsay::bench
