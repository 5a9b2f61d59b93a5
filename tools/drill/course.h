// The course of a drill: the nodes start, get their first values and come to rest; then load,
// probes and strikes; then everything is healed, the nodes have time to repair, and every one is
// read once.
//
// Gets the time as an argument and waits through the heap. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/drill/options.h"
#include "tools/drill/probe.h"
#include "tools/drill/strike.h"
#include "tools/drill/striker.h"
#include "tools/experiment/clients/client_pool.h"
#include "tools/experiment/clients/restarts.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/faults/node_control.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/time/event_heap.h"

namespace hearsay::drill {

class Course : private StrikeListener {
 public:
  enum class Phase { starting, filling, settling, striking, draining, recovery, reading, over };

  struct Events {
    // All nodes have their first values and are at rest.
    std::function<void(std::int64_t now_ns)> before_strikes;
    // "" or why it could not go on; the node that this is about.
    std::function<void(std::int64_t now_ns, const std::string& failure,
                       std::optional<std::size_t> node)>
        over;
  };

  // Everything given by reference outlives the course, and the course outlives the heap's events.
  // The nodes are in the network already.
  Course(bench::EventHeap& heap, bench::Network& network, bench::Workload& workload,
         bench::NodeControl& control, const DrillOptions& options, Events events);

  void start(std::int64_t now_ns);

  Phase phase() const { return phase_; }
  // When the strikes began; 0: they have not.
  std::int64_t strikes_begin_ns() const { return strikes_begin_ns_; }
  // Times in it count from start().
  std::int64_t origin_ns() const { return origin_ns_; }
  const bench::History& history() const { return history_; }
  const Strikes& strikes() const { return strikes_; }
  Strikes& strikes() { return strikes_; }
  const ProbeCounts& probes() const { return probe_counts_; }
  const bench::OddReplies& odd_replies() const { return odd_replies_; }
  // The node that a client process asks.
  std::size_t node_of(std::int64_t process) const;

 private:
  void fill(std::int64_t now_ns);
  bench::Intent next_write();
  void settle(std::int64_t now_ns, std::int64_t messages, std::int64_t until_ns);
  void begin_strikes(std::int64_t now_ns);
  void issue(std::int64_t now_ns);
  void thread_freed(std::int64_t now_ns);
  void learn_acknowledged();
  nlohmann::json probe_body(std::size_t node) const;
  void drain(std::int64_t now_ns, std::int64_t until_ns);
  void recover(std::int64_t now_ns);
  void read_finally(std::int64_t now_ns);
  void end(std::int64_t now_ns, const std::string& failure, std::optional<std::size_t> node);

  void struck(std::int64_t now_ns) override;
  void node_killed(std::size_t node) override;
  void node_started(std::int64_t now_ns, std::size_t node) override;
  void strikes_done(std::int64_t now_ns) override;

  bench::EventHeap& heap_;
  bench::Network& network_;
  bench::Workload& workload_;
  const DrillOptions& options_;
  Events events_;
  bench::History history_;
  bench::OddReplies odd_replies_;
  Strikes strikes_;
  ProbeCounts probe_counts_;
  Striker striker_;
  bench::Restarts restarts_;
  std::optional<bench::ClientPool> pool_;
  std::vector<std::unique_ptr<Probe>> probes_;
  std::optional<bench::Stagger> stagger_;
  bool alarm_set_ = false;  // an event in the heap will call issue
  bench::Random random_;
  std::vector<nlohmann::json> acknowledged_;  // by node, the last value that it took
  std::int64_t to_fill_ = 0;
  Phase phase_ = Phase::starting;
  std::int64_t origin_ns_ = 0;
  std::int64_t strikes_begin_ns_ = 0;
};

}  // namespace hearsay::drill
