// The nodes of a simulated run, between the network and their cores: what supervisors, kernels and
// pipes do in a real one.
//
// A delivered line is queued with its node and consumed at the same virtual moment, after the
// network is done; so is everything else that falls due. Nodes take no time to compute; only the
// start of a worker does. A worker that is killed dies between two commits or, as often, in the
// middle of its next step. One that is paused and has input is replaced after the hang limit. What
// comes to a paused node waits in its pipe, and counts as old when the node goes on.
//
// What nodes print wrong is kept in findings(). Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/options/worker_options.h"
#include "common/protocol/line_parser.h"
#include "tools/experiment/faults/node_control.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/network/node_output.h"
#include "tools/experiment/time/event_heap.h"
#include "tools/experiment/time/random.h"
#include "tools/experiment/verdict/deaths.h"
#include "tools/experiment/verdict/findings.h"
#include "tools/sim/event_log.h"
#include "tools/sim/sim_node.h"

namespace hearsay::sim {

struct ClusterOptions {
  ServiceOptions services;
  CareOptions care;
  bool keep_journals = true;       // without them, workers can't be killed
  std::int64_t max_skew_ns = 0;    // clocks are off by up to this, either way
  double compact_probability = 0;  // after each step
  std::string record_folder;       // of recordings; empty: none
  bool strict = false;             // a bad line silences its node, as under Maelstrom
};

class Cluster : public bench::NodePort, public bench::NodeControl {
 public:
  // The heap outlives the cluster; so does the log, if there is one.
  Cluster(bench::EventHeap& heap, ClusterOptions options, std::uint64_t seed,
          EventLog* log = nullptr);

  // Starts a node for each node of `network`, which outlives the cluster.
  void start(std::int64_t now_ns, bench::Network& network);

  bool deliver(std::int64_t now_ns, std::size_t node, std::string_view line) override;

  std::optional<std::int64_t> kill_worker(std::int64_t now_ns, std::size_t node) override;
  std::optional<std::int64_t> pause_worker(std::int64_t now_ns, std::size_t node) override;
  void resume_worker(std::int64_t now_ns, std::size_t node) override;
  void kill_node(std::int64_t now_ns, std::size_t node) override;
  void start_node(std::int64_t now_ns, std::size_t node) override;
  void pause_node(std::int64_t now_ns, std::size_t node) override;
  void resume_node(std::int64_t now_ns, std::size_t node) override;

  const bench::Findings& findings() const { return findings_; }
  // Workers that were not what their journal says, in words.
  const std::vector<std::string>& broken_recoveries() const { return broken_recoveries_; }
  // "FILE: the reason" for each that could not be written.
  std::vector<std::string> recording_problems() const;
  std::int64_t worker_deaths() const { return worker_deaths_; }
  // Up to bench::kMostOutagesKept.
  const std::vector<bench::Outage>& outages() const { return outages_; }
  // Ends every worker and makes its successor, to compare them.
  void check_journals(std::int64_t now_ns);

 private:
  struct Slot {
    std::unique_ptr<SimNode> node;  // none: the node is dead
    std::uint64_t life = 0;         // counts its deaths: events of earlier lives are void
    bool scheduled = false;         // an event in the heap will call run
    bool doomed = false;            // the worker dies in the middle of its next step
    bool worker_paused = false;
    bool hang_alarm = false;  // an event in the heap will call look_for_hang
    bool silenced = false;
    std::optional<std::int64_t> paused_since_ns;  // the whole node
    std::vector<std::string> pipe;                // lines, while the node is paused
    std::vector<std::uint64_t> due_timers;        // likewise
    std::string line;                             // the beginning of one that comes in parts
    std::optional<std::size_t> outage;            // of outages_, while it has no worker
  };

  void bring_up(std::int64_t now_ns, std::size_t node);
  void plan_chaos(std::int64_t now_ns, std::size_t node);
  void schedule(std::int64_t now_ns, std::size_t node);
  void run(std::int64_t now_ns, std::size_t node);
  static bool may_step(const Slot& slot);
  void crash(std::int64_t now_ns, std::size_t node, bool in_step, std::string_view cause);
  void worker_up(std::int64_t now_ns, std::size_t node);
  void watch_for_hang(std::int64_t now_ns, std::size_t node);
  void look_for_hang(std::int64_t now_ns, std::size_t node, std::uint64_t generation,
                     std::uint64_t consumed);
  void carry_out(std::int64_t now_ns, std::size_t node, std::string_view outputs);
  void arm_timer(std::int64_t now_ns, std::size_t node, protocol::WakeRequest wake);
  void take_line_record(std::int64_t now_ns, std::size_t node, const Record& record);
  void send_line(std::int64_t now_ns, std::size_t node, std::string_view line);
  void note_fault(std::int64_t now_ns, std::size_t node, char mark, std::string text);
  void show_state(std::size_t node);

  bench::EventHeap& heap_;
  ClusterOptions options_;
  std::uint64_t seed_;
  EventLog* log_;
  bench::Network* network_ = nullptr;
  core::Roster names_;
  protocol::LineParser parser_;
  bench::OutputParser output_parser_;
  SimNode::Desk desk_;
  bench::Findings findings_;
  std::vector<std::string> broken_recoveries_;
  std::vector<std::string> old_recording_problems_;  // of nodes that were killed
  std::int64_t worker_deaths_ = 0;
  std::vector<bench::Outage> outages_;
  std::vector<Slot> slots_;
  std::vector<bench::Random> chaos_;  // by node, if workers are killed by chaos
  bench::Random key_random_;
  bench::Random skew_random_;
  bench::Random crash_random_;
  bench::Random compact_random_;
};

}  // namespace hearsay::sim
