// The worker's life after recovery: take inputs, step, commit, park.
//
// One commit serves all inputs found waiting, up to a bound. Single-threaded.
#pragma once

#include "common/shm/ring.h"
#include "common/shm/segment.h"
#include "common/trace/trace_writer.h"
#include "worker/committer.h"
#include "worker/core/node.h"

namespace hearsay::worker {

class DutyCycle {
 public:
  DutyCycle(shm::Segment& segment, Committer& committer, core::Node& node,
            trace::TraceWriter& trace);

  // Returns when the supervisor asks the worker to end. Throws CorruptSegment.
  void run();

 private:
  bool stopping();
  // Runs and commits a batch of inputs; false when there were none.
  bool run_batch();
  void run_one(const core::NodeInput& input, std::uint64_t position);
  void commit_batch();
  void compact_if_wanted();
  void wait_for(std::uint32_t reason);
  bool has_work(std::uint32_t reason);

  shm::Segment& segment_;
  Committer& committer_;
  core::Node& node_;
  trace::TraceWriter& trace_;
  shm::RingConsumer& requests_;
  core::Effects effects_;
  std::uint64_t inputs_;       // consumed by steps so far, committed or not
  std::uint64_t staged_head_;  // requests up to here are staged
  std::uint64_t room_seen_;    // where the supervisor's reply cursor was at the last look
  bool staged_ = false;
};

}  // namespace hearsay::worker
