// The worker's life after recovery: take inputs, step, commit, park.
//
// One commit serves all inputs found waiting, up to a bound.
//
// When there is no room for a step (journal, spill file, memory), what the step changed in the
// core's memory must not stay. So the worker marks the input in the segment and ends; the next one
// compacts the journal if that helps, and else turns the input away. Single-threaded.
#pragma once

#include <functional>
#include <string_view>

#include "common/shm/ring.h"
#include "common/shm/segment.h"
#include "common/trace/trace_writer.h"
#include "worker/committer.h"
#include "worker/core/node.h"

namespace hearsay::worker {

class DutyCycle {
 public:
  // Is called once, as soon as the node is initialised.
  using NodeNamed = std::function<void(std::string_view node)>;

  DutyCycle(shm::Segment& segment, Committer& committer, core::Node& node,
            trace::TraceWriter& trace, NodeNamed node_named);

  // Returns when the supervisor asks the worker to end. Throws CorruptSegment, and std::bad_alloc
  // (shm::NoRoom is one) when another worker must go on.
  void run();

 private:
  bool stopping();
  // Runs and commits a batch of inputs; false when there were none.
  bool run_batch();
  bool drain_spill();
  void run_one(const core::NodeInput& input, std::uint64_t position);
  bool is_poison(std::uint64_t position);
  bool is_to_skip(std::uint64_t position);
  void step(const core::NodeInput& input, std::uint64_t position, bool skipped);
  bool try_to_stage(Committer::Giving giving);
  void stage(std::uint64_t position, Committer::Giving giving);
  void commit_batch();
  void compact_if_wanted();
  void compact_for_room();
  void take_snapshot();
  void compact();
  void wait_for(std::uint32_t reason);
  bool has_work(std::uint32_t reason);
  std::optional<std::int64_t> until_sync_ns() const;

  shm::Segment& segment_;
  Committer& committer_;
  core::Node& node_;
  trace::TraceWriter& trace_;
  NodeNamed node_named_;
  shm::RingConsumer& requests_;
  std::string input_;  // a copy of the record that is handled
  core::Effects effects_;
  std::uint64_t inputs_;         // consumed by steps so far, committed or not
  std::uint64_t staged_head_;    // requests up to here are staged
  std::uint64_t room_seen_ = 0;  // where the supervisor's reply cursor was at the last look
  bool staged_ = false;
  std::uint64_t first_staged_ = 0;  // positions of the inputs that are staged
  std::uint64_t last_staged_ = 0;
  std::uint64_t journal_bytes_ = 0;  // staged
};

}  // namespace hearsay::worker
