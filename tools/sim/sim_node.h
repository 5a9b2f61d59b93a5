// One node in virtual time: a worker's core and its journal, and the supervisor's part around them.
//
// Inputs queue as they do in the request ring and are consumed one step at a time. A step's effects
// are committed to the journal as a whole, or, when the worker is killed in the middle of the step,
// forgotten; its successor is a new core made from the journal alone, and finds the unconsumed
// inputs where they were. The node's clock may be off from the simulator's. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "common/options/worker_options.h"
#include "common/protocol/line_parser.h"
#include "common/protocol/link.h"
#include "worker/core/node.h"

namespace hearsay::sim {

class SimNode {
 public:
  struct Setting {
    core::NodeKey key;
    std::int64_t skew_ns = 0;  // what its clock shows beyond the simulator's
    bool keep_journal = true;  // without it, the worker cannot be killed
  };

  SimNode(const GossipOptions& gossip, const Setting& setting);

  // The supervisor's part: puts inputs into the queue.
  // Nothing, or what is wrong with the line (it is no message).
  std::string take_line(std::int64_t now_ns, std::string_view line);
  void fire_timer(std::int64_t now_ns, std::uint64_t token);
  // A worker is started: the first one, or the successor of one that crashed.
  void start_worker(std::int64_t now_ns);

  // The worker's part.
  bool has_worker() const { return core_ != nullptr; }
  bool has_input() const { return !inputs_.empty(); }
  // Runs the step of the first input and commits it. Its outputs (common/protocol/link.h) are good
  // until the next call. Needs a worker and an input.
  std::string_view step();
  // The step of the first input runs and is lost: killed before the commit.
  void step_and_crash();
  // The worker is killed between two steps.
  void crash();

  std::int64_t local_ns(std::int64_t now_ns) const { return now_ns + setting_.skew_ns; }
  std::int64_t global_ns(std::int64_t local_ns) const { return local_ns - setting_.skew_ns; }
  std::uint64_t inputs_consumed() const { return consumed_; }

 private:
  struct Input {
    protocol::InputKind kind;
    std::string payload;
  };

  void enqueue(protocol::InputKind kind, std::int64_t now_ns, std::string_view payload);
  core::NodeInput first_input() const;

  GossipOptions gossip_;
  Setting setting_;
  trace::NoEvents events_;
  protocol::LineParser parser_;
  std::deque<Input> inputs_;
  std::uint64_t consumed_ = 0;
  std::uint64_t generation_ = 0;
  std::string journal_;
  core::Effects effects_;
  std::unique_ptr<core::Node> core_;
};

}  // namespace hearsay::sim
