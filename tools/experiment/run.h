// One run from init to the final reads: the phases of `maelstrom test`, in real or virtual time.
//
// init to all nodes (10 s), the workload's set-up message (5 s), the load with its nemeses for the
// time limit, the end of the last operations, healing, 10 s of recovery, the final operations of
// every client. A workload without a final operation ends after the load. Nodes that a nemesis
// starts again get init and the set-up message while everything else goes on; the recovery begins
// when all of them have answered. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/experiment/clients/client_pool.h"
#include "tools/experiment/clients/restarts.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/faults/nemesis.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/time/event_heap.h"
#include "tools/experiment/time/stagger.h"

namespace hearsay::bench {

// An operation that somebody has planned: at this time after the start of the load, or as soon
// after it as the thread is free.
// NOLINTNEXTLINE(bugprone-exception-escape): nlohmann::json's destructor does not throw
struct PlannedOperation {
  std::int64_t time_ns = 0;
  std::size_t thread = 0;
  Intent intent;
};

struct RunOptions {
  std::size_t concurrency = 1;
  double rate_hz = 5;
  std::int64_t time_limit_ns = 0;
  std::int64_t recovery_ns = 10'000'000'000;
  std::int64_t dispatch_delay_ns = 0;  // added to each gap between operations
  std::int64_t linger_ns = 0;          // after the last answer
  std::uint64_t seed = 0;
  NemesisOptions nemesis;
  // Instead of those that the rate and the seed draw.
  std::optional<std::vector<PlannedOperation>> operations;
};

class Run : private NemesisListener {
 public:
  // Called once, when the run is over: "" or why it couldn't go on.
  using OnEnd = std::function<void(std::int64_t now_ns, const std::string& failure)>;

  // Everything given by reference outlives the run, and the run outlives the heap's events. The
  // nodes are in the network already.
  Run(EventHeap& heap, Network& network, Workload& workload, NodeControl& control,
      const RunOptions& options, OnEnd on_end);

  void start(std::int64_t now_ns);

  const History& history() const { return history_; }
  const Nemesis& nemesis() const { return nemesis_; }
  const OddReplies& odd_replies() const { return odd_replies_; }
  // The node that the failure is about, if it is about one.
  std::optional<std::size_t> failed_node() const { return failed_node_; }
  // How long the run will last, roughly, from the start of the load on.
  std::int64_t planned_ns() const;
  // The load's start; nothing before it.
  std::optional<std::int64_t> load_start_ns() const { return load_start_ns_; }

 private:
  enum class Phase { setup, load, draining, healing, recovery, final_operations, over };
  using RequestFor = std::function<Request(std::size_t node)>;
  using OnAllAnswered = void (Run::*)(std::int64_t);

  void ask_all(std::int64_t now_ns, RequestFor request_for, std::int64_t timeout_ns,
               OnAllAnswered next);
  void ask_from(std::int64_t now_ns, std::size_t node,
                std::shared_ptr<const RequestFor> request_for, std::int64_t timeout_ns,
                OnAllAnswered next);
  void take_answer(std::int64_t now_ns, std::size_t node, const std::string& asked,
                   const nlohmann::json& reply, OnAllAnswered next);
  void set_up(std::int64_t now_ns);
  void begin_load(std::int64_t now_ns);
  void issue(std::int64_t now_ns);
  void plan_operations(std::int64_t now_ns);
  void issue_planned(std::int64_t now_ns);
  void thread_freed(std::int64_t now_ns, std::size_t thread);
  void end_load(std::int64_t now_ns);
  void heal(std::int64_t now_ns);
  void recover(std::int64_t now_ns);
  void begin_final(std::int64_t now_ns);
  void go_on_finally(std::int64_t now_ns, std::size_t thread);
  void end(std::int64_t now_ns, const std::string& failure);
  void deed_done() override;
  void node_killed(std::int64_t now_ns, std::size_t node) override;
  void node_started(std::int64_t now_ns, std::size_t node) override;

  EventHeap& heap_;
  Network& network_;
  Workload& workload_;
  RunOptions options_;
  OnEnd on_end_;
  History history_;
  OddReplies odd_replies_;
  Nemesis nemesis_;
  Restarts restarts_;
  std::vector<std::unique_ptr<Client>> setup_clients_;
  std::size_t unanswered_ = 0;
  std::optional<ClientPool> pool_;
  std::optional<Stagger> stagger_;
  bool alarm_set_ = false;                    // an event in the heap will call issue
  std::vector<const PlannedOperation*> due_;  // their threads were busy
  std::vector<std::size_t> final_done_;       // operations after the recovery, by thread
  std::size_t final_threads_ = 0;             // that are not done
  Random operations_random_;
  Phase phase_ = Phase::setup;
  std::optional<std::int64_t> load_start_ns_;
  std::optional<std::size_t> failed_node_;
  std::int64_t load_end_ns_ = 0;
};

}  // namespace hearsay::bench
