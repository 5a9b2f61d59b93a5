// One node in virtual time: a worker's core and its journal, and the supervisor's part around them.
//
// Inputs queue as they do in the request ring and are consumed one step at a time. A step's effects
// are committed to the journal as a whole, or, when the worker is killed in the middle of the step,
// forgotten. Its successor is a new core made from the journal alone; it finds the unconsumed
// inputs where they were, and behind them the news of its own start. Timers of earlier workers are
// not disarmed: cores must ignore them. The node's clock may be off from the simulator's.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/options/service_options.h"
#include "common/protocol/line_parser.h"
#include "common/protocol/link.h"
#include "tools/sim/sim_recorder.h"
#include "worker/core/node.h"

namespace hearsay::sim {

class SimNode {
 public:
  struct Setting {
    ServiceOptions services;
    core::NodeKey key;
    std::int64_t skew_ns = 0;  // what its clock shows beyond the simulator's
    bool keep_journal = true;  // without it, the worker cannot be killed
    core::Roster nodes;        // all names: cores share their memory
    SimRecorder::Setting record{};
  };

  // What is needed during a call only. Shared by all nodes: it keeps the memory that the largest
  // message took.
  struct Desk {
    protocol::LineParser parser;
    std::vector<protocol::Field> fields;
    core::Effects effects;
  };

  // The desk outlives the node.
  SimNode(Setting setting, Desk& desk);

  // The supervisor's part: puts inputs into the queue.
  // Nothing, or what is wrong with the line (it is no message).
  std::string take_line(std::int64_t now_ns, std::string_view line);
  // The same, for a line of the simulated network.
  std::string take_delivered(std::int64_t now_ns, std::string_view line);
  void fire_timer(std::int64_t now_ns, std::uint64_t token);
  // A worker is on its way: the first one, or the successor of one that died. It is there, and
  // steps, after worker_up().
  void start_worker(std::int64_t now_ns);
  // False when it is not what its predecessor was at its last commit.
  bool worker_up();

  // The worker's part.
  bool has_worker() const { return core_ != nullptr; }
  bool has_input() const { return !inputs_.empty(); }
  std::size_t waiting_inputs() const { return inputs_.size(); }
  // Runs the step of the first input and commits it. Its outputs (common/protocol/link.h) are good
  // until the next step of a node at this desk. Needs a worker and an input.
  std::string_view step();
  // Replaces the journal by a snapshot. False when a core made from it is not the same.
  bool compact();
  // The worker dies; in_step: of SIGKILL in the middle of the step of the first input, which is
  // lost (needs an input). Its successor runs that step again.
  void crash(bool in_step);
  // Whether the last step told clients what it would have told them when a crash cut it off; true
  // for a step that ran for the first time.
  bool repeats_well() const { return repeats_well_; }

  std::int64_t local_ns(std::int64_t now_ns) const { return now_ns + setting_.skew_ns; }
  std::int64_t global_ns(std::int64_t local_ns) const { return local_ns - setting_.skew_ns; }
  std::uint64_t inputs_consumed() const { return consumed_; }
  std::uint64_t generation() const { return generation_; }
  const std::string& journal() const { return journal_; }
  const std::string& shelf() const { return shelf_; }
  // "", or "FILE: why it is not recorded to the end".
  std::string recording_problem() const;

  // What of a snapshot must be the same in every core made from the same journal.
  static std::string state_in(std::string_view snapshot);

 private:
  struct Input {
    protocol::InputKind kind;
    std::uint16_t flags;
    std::string payload;
  };

  // A step that a crash cut off.
  struct CutOff {
    std::uint64_t number;  // of its input
    std::string answers;   // to clients: what goes to peers may depend on what died with the worker
  };

  void push(Input input);
  void take_message(std::int64_t now_ns, const protocol::Message& message);
  core::NodeInput first_input() const;
  // Its effects are at the desk.
  void run_first_input();
  static std::string answers_in(std::string_view outputs);
  std::unique_ptr<core::Node> core_from_journal();
  static std::string snapshot_of(const core::Node& core);

  Setting setting_;
  Desk& desk_;
  trace::NoEvents events_;
  std::deque<Input> inputs_;
  std::uint64_t consumed_ = 0;
  std::uint64_t generation_ = 0;
  std::string journal_;
  std::string shelf_;
  std::unique_ptr<core::Node> core_;
  std::string last_state_;  // of the dead worker
  std::optional<CutOff> cut_off_;
  bool repeats_well_ = true;
  std::unique_ptr<SimRecorder> recorder_;  // null: not recorded
  std::string no_recorder_;                // why it is null though it should not be
};

}  // namespace hearsay::sim
